"""What Prometheus is told: how a daemon fares, and how much its archive holds, as of the moment it asks.

The only module that knows prometheus_client: [0014](../docs/decisions/0014-prometheus-client.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import get_args

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from monitor.model import OUTCOMES, Verdict
from monitor.pulse import SECONDS, Counts, Pulse
from monitor.records import DeliveryState, Tally, TroubleKind

CONTENT_TYPE = CONTENT_TYPE_LATEST
PREFIX = "terms_monitor_"


@dataclass(frozen=True, slots=True)
class Reading:
    """What is told at one moment. `tally` is None if the archive could not be read; `watched` are the pages by their keys."""

    version: str
    alive: bool
    pulse: Pulse
    counts: Counts
    watched: tuple[str, ...]
    tally: Tally | None


class Metrics:
    """Reads anew at each scrape, in a registry of its own."""

    def __init__(self, read: Callable[[], Reading]) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_Collected(read))
        ProcessCollector(registry=self._registry)

    def text(self) -> bytes:
        """The metrics in Prometheus' text format."""
        return generate_latest(self._registry)


class _Collected(Collector):
    def __init__(self, read: Callable[[], Reading]) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        return families(self._read())

    def describe(self) -> Iterable[Metric]:
        """Nothing: who asked would have the archive read to learn the names."""
        return ()


def families(reading: Reading) -> Iterator[Metric]:
    """Every metric of ours. Those of the archive are left out where it could not be read: no number is told that is not known."""
    yield _labelled(_gauge, "build_info", "The program's version.", "version", {reading.version: 1})
    yield _gauge("alive", "1 while /healthz answers 200, else 0.", value=reading.alive)
    yield _gauge("archive_readable", "1 if the archive could be read, else 0.", value=reading.tally is not None)
    yield _labelled(
        _counter, "checks", "Checks since the start, by outcome.", "outcome", _all(OUTCOMES, reading.counts.outcomes)
    )
    yield _seconds(reading.counts)
    if ended := reading.pulse.round_ended:
        yield _gauge("last_round_timestamp_seconds", "When a round of checks ended last.", value=ended.timestamp())
    if reading.tally is not None:
        yield from _of_archive(reading.tally, reading.watched)


def _of_archive(tally: Tally, watched: tuple[str, ...]) -> Iterator[Metric]:
    yield _labelled(_gauge, "pages", "Watched pages, by health.", "health", _health(tally.healthy, watched))
    yield _labelled(
        _counter, "changes", "Changes recorded, by verdict.", "verdict", _all(get_args(Verdict), tally.verdicts)
    )
    yield _labelled(
        _gauge, "deliveries", "Deliveries, by state.", "state", _all(get_args(DeliveryState), tally.deliveries)
    )
    yield _labelled(
        _gauge,
        "troubles",
        "What keeps the monitor from its work now, by kind.",
        "kind",
        _all(get_args(TroubleKind), tally.troubles),
    )
    yield _gauge("archive_bytes", "Size of the archive's file.", value=tally.size)
    if checked := tally.last_check_at:
        yield _gauge("last_check_timestamp_seconds", "When a page was checked last.", value=checked.timestamp())


def _health(healthy: Mapping[str, bool], watched: tuple[str, ...]) -> dict[str, int]:
    names = ["unchecked" if key not in healthy else "healthy" if healthy[key] else "failing" for key in watched]
    return {name: names.count(name) for name in ("healthy", "failing", "unchecked")}


def _all(names: Iterable[str], counted: Mapping[str, int]) -> dict[str, int]:
    """Every name with its count, nought included: a rate needs the number that was there before the first."""
    return dict.fromkeys(names, 0) | dict(counted)


def _seconds(counts: Counts) -> Metric:
    bounds = [*map(str, SECONDS), "+Inf"]
    buckets = list(zip(bounds, accumulate(counts.fetches), strict=True))
    said = "Seconds that fetches took, since the start."
    return HistogramMetricFamily(f"{PREFIX}fetch_seconds", said, buckets=buckets, sum_value=counts.seconds)


def _gauge(name: str, said: str, **more: object) -> GaugeMetricFamily:
    return GaugeMetricFamily(PREFIX + name, said, **more)  # type: ignore[arg-type] # value or labels, as below


def _counter(name: str, said: str, **more: object) -> CounterMetricFamily:
    return CounterMetricFamily(PREFIX + name, said, **more)  # type: ignore[arg-type]


def _labelled(
    kind: Callable[..., GaugeMetricFamily | CounterMetricFamily],
    name: str,
    said: str,
    label: str,
    values: Mapping[str, int],
) -> Metric:
    family = kind(name, said, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family
