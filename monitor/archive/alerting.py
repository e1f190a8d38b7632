"""What is owed to channels, what people say of alerts, and what keeps the monitor from its work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor.archive import alerts, deliveries, reminders
from monitor.archive.connected import Connected
from monitor.model import Mute
from monitor.records import (
    AlertRecord,
    ChannelState,
    Delivery,
    DeliveryState,
    Folding,
    Parcel,
    Trouble,
)


class Alerting(Connected):
    """The part of an archive that holds alerts and their deliveries."""

    def deliveries(self, *, state: DeliveryState | None = None, limit: int | None = None) -> tuple[Delivery, ...]:
        """Deliveries, newest first."""
        with self._reading() as db:
            return deliveries.deliveries(db, state, limit)

    def owed(self) -> tuple[int, int]:
        """How many deliveries are neither sent nor given up, and how many of these were refused once already."""
        with self._reading() as db:
            return deliveries.owed(db)

    def claim(self, now: datetime, lease: timedelta, folding: Folding) -> Parcel | None:
        """Take what is due longest, and what goes with it; whoever has not finished it within the lease loses it."""
        with self._writing() as db:
            reminders.hush(db, alerts.mutes(db, now), now)
            return deliveries.claim(db, now, lease, folding)

    def sent(self, delivery_id: int, now: datetime, note: str = "") -> None:
        """Note that its channel took a parcel, by its first delivery; `note` says what is wrong all the same."""
        with self._writing() as db:
            deliveries.sent(db, delivery_id, now, note)

    def failed(
        self, delivery_id: int, now: datetime, error: str, retry_at: datetime | None, served: tuple[str, ...] = ()
    ) -> None:
        """Note that its channel did not take a parcel, and when to try again; with None, never."""
        with self._writing() as db:
            deliveries.failed(db, delivery_id, now, error, retry_at, served)

    def unfold(self, delivery_id: int, now: datetime, error: str) -> None:
        """Owe each delivery of a parcel by itself, from now."""
        with self._writing() as db:
            deliveries.unfold(db, delivery_id, now, error)

    def retry(self, delivery_id: int, now: datetime) -> None:
        """Owe a delivery again, from now, that was given up or waits for its next try."""
        with self._writing() as db:
            deliveries.retry(db, delivery_id, now)

    def stop(self, channel: str, now: datetime, reason: str, probe_at: datetime) -> None:
        """Note that a channel takes nothing any more, and when to try it again."""
        with self._writing() as db:
            alerts.stop(db, channel, now, reason, probe_at)

    def resume(self, channel: str) -> None:
        """Note that a channel is well again."""
        with self._writing() as db:
            alerts.resume(db, channel)

    def stopped(self) -> tuple[ChannelState, ...]:
        """The channels that stopped."""
        with self._reading() as db:
            return alerts.stopped(db)

    def given_up(self) -> dict[str, tuple[int, datetime, str]]:
        """Channel -> how many alerts it never took that nobody has acknowledged, since when, and the last error."""
        with self._reading() as db:
            return alerts.given_up(db)

    # --- alerts ----------------------------------------------------------------------------------------------------

    def alerts(self, *, limit: int | None = None, older: int | None = None) -> tuple[AlertRecord, ...]:
        """Alerts with their deliveries, newest first, from before the one with the id `older`."""
        with self._reading() as db:
            return alerts.alerts(db, limit, older)

    def alert(self, alert_id: int) -> AlertRecord:
        """An alert with its deliveries."""
        with self._reading() as db:
            return alerts.alert(db, alert_id)

    def acknowledge(self, alert_id: int, now: datetime) -> None:
        """Note that somebody has seen to an alert; it is not repeated."""
        with self._writing() as db:
            alerts.acknowledge(db, alert_id, now)

    def mute(self, wanted: Mute, now: datetime) -> None:
        """Tell nobody of a page or topic until a time."""
        with self._writing() as db:
            alerts.mute(db, wanted, now)

    def unmute(self, page: str, topic: str, now: datetime) -> int:
        """End a mute now; how many there were."""
        with self._writing() as db:
            return alerts.unmute(db, page, topic, now)

    def mutes(self, now: datetime) -> tuple[Mute, ...]:
        """The mutes in force."""
        with self._reading() as db:
            return alerts.mutes(db, now)

    def troubles(self) -> tuple[Trouble, ...]:
        """The monitor's own troubles that have not ended."""
        with self._reading() as db:
            return alerts.troubles(db)

    def note_troubles(
        self, told: Sequence[Trouble], untold: Sequence[Trouble], channels: Sequence[str], now: datetime
    ) -> None:
        """Note troubles that began or ended, and owe one alert of those to be told to the channels."""
        with self._writing() as db:
            alerts.note_troubles(db, told, untold, channels, now)
