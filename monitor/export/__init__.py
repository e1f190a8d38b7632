"""What the archive holds, in forms that other programs take: JSON lines, CSV, WARC, and a list that can be imported again."""

from monitor.export.capture_list import capture_list
from monitor.export.kinds import KINDS, Damaged
from monitor.export.places import Folder, written
from monitor.export.tables import write_csv, write_json_lines
from monitor.export.warc import write_warc

__all__ = [
    "KINDS",
    "Damaged",
    "Folder",
    "capture_list",
    "write_csv",
    "write_json_lines",
    "write_warc",
    "written",
]
