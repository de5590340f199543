"""Numbers for Prometheus, from the ledger and from what this process does. No people, no records: only ids of
workflows, names of channels and states are labels.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from engine.doctor.schedules import LATE
from engine.ledger.counts import LetterCounts, effect_counts, run_counts, slots_not_run
from engine.ledger.pulse import Pulse
from engine.ledger.waits import Waits
from engine.model.diagnostics import EngineError
from engine.model.moments import Clock
from engine.records.session import Session
from engine.records.store import Store
from engine.tally import BOUNDS, Tally


@dataclass(eq=False)
class Metrics:
    """What is exposed; without a tally nothing of a worker, for who reads the ledger beside one.

    Raises EngineError where the extra `metrics` is not installed.
    """

    tally: Tally | None
    open_store: Callable[[], Store]
    clock: Callable[[], Clock]
    health: Callable[[], Mapping[str, object]]
    version: str = ""
    _letters: LetterCounts = field(default_factory=LetterCounts)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        try:
            self._library: Any = importlib.import_module("prometheus_client")
            self._families: Any = importlib.import_module("prometheus_client.core")
        except ImportError:
            raise EngineError("W829", kind="extra", name="metrics") from None
        self._registry = self._library.CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    @property
    def content_type(self) -> str:
        """Of what `text` gives."""
        return str(self._library.CONTENT_TYPE_LATEST)

    def text(self) -> bytes:
        """Everything, as Prometheus reads it."""
        with self._lock:  # one look at the ledger at a time is enough
            found: bytes = self._library.generate_latest(self._registry)
        return found

    def collect(self) -> Iterator[Any]:
        """The families, as prometheus_client asks for them; without a store those of the process alone."""
        yield from self._of_process()
        found: list[Any] = []
        try:
            with self.open_store().read(self.clock()) as session:
                found = list(self._of_ledger(session)) if session.has_ledger else []
        except (EngineError, OSError):
            yield self._gauge("store_up", "Whether the store can be read.", {(): 0})
            return
        yield self._gauge("store_up", "Whether the store can be read.", {(): 1})
        yield from found

    # --- this process ---------------------------------------------------------------------------

    def _of_process(self) -> Iterator[Any]:
        yield self._gauge("build_info", "The version.", {(self.version,): 1}, "version")
        if self.tally is not None:
            yield from self._of_worker(self.tally)

    def _of_worker(self, tally: Tally) -> Iterator[Any]:
        is_well = bool(self.health().get("is_well"))
        yield self._gauge("worker_up", "Whether the last round of this worker went through.", {(): is_well})
        if tally.ticked_at is not None:
            about = "When this worker last looked at the clock, in seconds since 1970."
            yield self._gauge("last_tick_timestamp_seconds", about, {(): tally.ticked_at})
        about = "Runs of this worker that ended, or were held."
        yield self._counter("worker_runs", about, tally.ended(), "workflow", "state")
        handed = {("handed_over",): tally.sent, ("not_handed_over",): tally.not_sent}
        yield self._counter(
            "worker_letters", "Letters that this worker tried to hand over.", handed, "result"
        )
        took = self._families.HistogramMetricFamily(
            "wakeline_run_seconds", "How long runs of this worker took.", labels=["workflow"]
        )
        for workflow, spread in tally.took().items():
            total, buckets = 0, []
            for bound, count in zip((*map(str, BOUNDS), "+Inf"), spread.counts, strict=True):
                total += count
                buckets.append((bound, total))
            took.add_metric([workflow], buckets, spread.seconds)
        yield took

    # --- the ledger -----------------------------------------------------------------------------

    def _of_ledger(self, session: Session) -> Iterator[Any]:
        connection, now = session.connection, session.clock.now
        runs = run_counts(connection)
        by_state = {(one.workflow, one.state): one.runs for one in runs}
        yield self._gauge("runs", "Runs by workflow and state.", by_state, "workflow", "state")
        for name, about in (
            ("started", "Records that started."),
            ("woken", "Enrollments that went on after a wait."),
            ("failed", "Records that could not be processed."),
        ):
            sums: dict[tuple[str, ...], float] = {}
            for one in runs:
                sums[one.workflow,] = sums.get((one.workflow,), 0) + getattr(one, name)
            yield self._counter(f"records_{name}", about, sums, "workflow")
        effects = {(kind,): count for kind, count in effect_counts(connection).items()}
        yield self._counter("effects", "What runs did, by kind.", effects, "kind")
        not_run = slots_not_run(connection)
        yield self._counter("slots_not_run", "Due times that were not run.", not_run, "state", "reason")
        letters = self._letters.count(connection, datetime.now(UTC))
        yield self._gauge("letters", "Letters by channel and state.", letters, "channel", "state")
        late = sum(one.count for one in Pulse(connection).due_before(now - LATE))
        yield self._gauge("overdue_runs", "Runs that fell due and that nobody has taken up.", {(): late})
        waiting: dict[tuple[str, ...], float] = {}
        for each in Waits(connection).all():
            waiting[each.workflow,] = waiting.get((each.workflow,), 0) + each.count
        yield self._gauge("enrollments_waiting", "Enrollments that wait.", waiting, "workflow")

    # --- families -------------------------------------------------------------------------------

    def _gauge(self, name: str, about: str, values: Mapping[Any, float], *labels: str) -> Any:
        return _filled(self._families.GaugeMetricFamily(f"wakeline_{name}", about, labels=labels), values)

    def _counter(self, name: str, about: str, values: Mapping[Any, float], *labels: str) -> Any:
        return _filled(self._families.CounterMetricFamily(f"wakeline_{name}", about, labels=labels), values)


def _filled(family: Any, values: Mapping[Any, float]) -> Any:
    for named, value in values.items():
        family.add_metric([str(one) for one in named], float(value))
    return family
