"""A worker with a night of work before it, and a service beside it that tells numbers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from engine.cli import run_command
from engine.runners import Local
from engine.services import Beside
from engine.services.http import MetricsService
from engine.shift import Clocks
from engine.worker import Worker
from engine.workspace import open_workspace
from tests.company import nightly, stories_in
from tests.contract import OTHER
from tests.stores import Place

NOW = datetime(2026, 3, 30, 17, tzinfo=UTC)
"""01:00 on 31 March 2026 in Shanghai."""
GREET = nightly(
    """\
conditions: {field: 潜力, at_least: 100}
actions:
  - send_template: {template: 问候, to: customer, via: sms}
  - {wait: 3 days}
  - add_tag: 高潜
""",
    key="greet",
    name="问候",
)


def furnish(root: Path) -> Path:
    """Two nightly workflows: one tags all three customers, one writes to two of them and waits."""
    stories_in(root)
    (root / "greet.yaml").write_text(GREET, "utf-8")
    (root / "other.yaml").write_text(OTHER, "utf-8")
    (root / "staff.csv").write_text("编号,姓名\nS1,王一\n", "utf-8")
    people = (("甲", 100), ("乙", 99), ("丙", 100))
    rows = [f"C{n},{name},{worth},S1,1380000000{n}" for n, (name, worth) in enumerate(people, 1)]
    table = "\n".join(["编号,客户名称,潜力,负责人,电话", *rows, ""])
    (root / "customers.csv").write_text(table, "utf-8")
    for module in ("staff", "customers"):
        file = str(root / f"{module}.csv")
        assert run_command(["import", module, file, "--workspace", str(root)]) == 0
    return root


class Night:
    """A worker on the workspace, at a clock of its own, and a service beside it."""

    def __init__(self, root: Path) -> None:
        self.root, self.now = root, NOW
        clocks = Clocks(self.look, self.look, self.passed)
        self.worker = Worker(open_workspace(root), "", clocks)
        self.runner = Local(self.worker)
        self.beside = Beside(
            workspace=lambda: self.worker.workspace,
            open_store=lambda: self.worker.store,
            clock=self.worker.clock,
            health=self.runner.health,
            tally=self.worker.tally,
            version="1.0",
            options={"metrics": "127.0.0.1:0"},
        )

    def look(self) -> datetime:
        return self.now

    def passed(self) -> float:
        return (self.now - NOW).total_seconds()

    @property
    def store(self) -> Place:
        return Place.at(str(self.root / ".wakeline" / "wakeline.db"))

    def round(self) -> None:
        self.runner._round(lambda: False)

    def numbers(self) -> dict[str, float]:
        """`name{label=value,…}` -> value, as Prometheus reads them."""
        service = MetricsService(self.beside, "127.0.0.1", 0)
        service._server.server_close()
        return parsed(service.metrics.text().decode())


def parsed(text: str) -> dict[str, float]:
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(sample.labels.values())
            name = sample.name.removeprefix("wakeline_")
            found[f"{name}{{{labels}}}" if labels else name] = sample.value
    return found
