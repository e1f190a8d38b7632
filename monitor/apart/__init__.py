"""Work done apart, in processes of its own: what is read there may loop, crash or eat memory, and costs its own task alone.

task -> an idle process, or one forked for it -> its items, one by one
                                              -> dead, or ended because it took too much -> ReadingError
"""

from __future__ import annotations

from monitor.apart.pool import Processes
from monitor.apart.run import Bounds, Run, here

__all__ = ["Bounds", "Processes", "Run", "here"]
