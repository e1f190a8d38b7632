"""What a text says on users' data and on offers, and what an edit of it means to a reader."""

from monitor.meaning.understand import Understood, understand, understand_document

__all__ = ["Understood", "understand", "understand_document"]
