"""A monitor of what AI vendors' terms allow with users' data, and of what they give for free."""

__version__ = "0.1.0"
