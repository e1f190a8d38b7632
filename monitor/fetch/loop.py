"""An event loop in a thread of its own: what drives a browser belongs to one thread, and its callers come from any."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Coroutine
from concurrent.futures import CancelledError
from typing import Any, TypeVar

from monitor.errors import ReadingError

_log = logging.getLogger("monitor.fetch.loop")
_T = TypeVar("_T")
_ENDING = 5.0


class Loop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        # What is cut off in the middle leaves answers behind that nobody waits for.
        self._loop.set_exception_handler(lambda _, context: _log.debug("left behind: %s", context.get("message")))
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="browser")
        self._thread.start()

    def run(self, coroutine: Coroutine[Any, Any, _T], seconds: float) -> _T:
        """What a coroutine comes to. Raises TimeoutError after so many seconds, whatever it is at."""
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result(seconds)
        except CancelledError as error:
            raise ReadingError("browser_error", "the browser was closed") from error
        finally:
            future.cancel()

    def close(self) -> None:
        """End the loop and its thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_ENDING)
        if not self._loop.is_running():
            self._loop.close()
