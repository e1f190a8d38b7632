"""What a text says on users' data and on offers, and what an edit of it means to a reader."""

from monitor.meaning.effective import effective
from monitor.meaning.page_types import page_type
from monitor.meaning.twins import disagreements
from monitor.meaning.understand import (
    Understood,
    first_of_each,
    is_understood,
    reading,
    topics_of,
    understand,
    understand_document,
)
from monitor.meaning.way_out import way_out

__all__ = [
    "Understood",
    "disagreements",
    "effective",
    "first_of_each",
    "is_understood",
    "page_type",
    "reading",
    "topics_of",
    "understand",
    "understand_document",
    "way_out",
]
