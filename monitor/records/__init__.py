"""What the archive tells, and what is sent of it. Frozen like the values of `model`, with the ids under which they are kept."""

from monitor.records.alerts import (
    REMINDERS,
    AlertRecord,
    ChannelState,
    Dated,
    Delivery,
    DeliveryState,
    Folding,
    Message,
    Parcel,
    Tally,
    Trouble,
    TroubleKind,
    TwinSays,
    day_reminded_of,
    reminder_of,
)
from monitor.records.captures import CaptureRecord, SnapshotRecord
from monitor.records.changes import ChangeRecord, Moved
from monitor.records.clauses import Blame, RecordedClause, Spell
from monitor.records.evidence import Entry, Evidence, Proof, Proved, Removable, Step
from monitor.records.pages import Outage, PageState, Standing, Wanted
from monitor.records.source import Records
from monitor.records.versions import Edition, Side, Stood, VersionEntry, VersionRecord

__all__ = [
    "REMINDERS",
    "AlertRecord",
    "Blame",
    "CaptureRecord",
    "ChangeRecord",
    "ChannelState",
    "Dated",
    "Delivery",
    "DeliveryState",
    "Edition",
    "Entry",
    "Evidence",
    "Folding",
    "Message",
    "Moved",
    "Outage",
    "PageState",
    "Parcel",
    "Proof",
    "Proved",
    "RecordedClause",
    "Records",
    "Removable",
    "Side",
    "SnapshotRecord",
    "Spell",
    "Standing",
    "Step",
    "Stood",
    "Tally",
    "Trouble",
    "TroubleKind",
    "TwinSays",
    "VersionEntry",
    "VersionRecord",
    "Wanted",
    "day_reminded_of",
    "reminder_of",
]
