"""What a text says on users' data and on offers, and what an edit of it means to a reader."""

from monitor.meaning.understand import (
    Understood,
    first_of_each,
    is_understood,
    topics_of,
    understand,
    understand_document,
)

__all__ = ["Understood", "first_of_each", "is_understood", "topics_of", "understand", "understand_document"]
