"""The archive in a browser: pages, feeds and JSON made of what the archive tells. Read-only; nothing is fetched.

Flask belongs to this room, and so does waitress.
"""

from monitor.web.app import application
from monitor.web.context import Site
from monitor.web.gate import Gate, Keys, hash_password, is_loopback, names_of
from monitor.web.server import serving

__all__ = ["Gate", "Keys", "Site", "application", "hash_password", "is_loopback", "names_of", "serving"]
