"""The company of tests/company.py without the command line: quick nights, by a clock that is set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.front import Desk
from engine.model.diagnostics import has_errors
from engine.shift import Clocks
from tests.company import Row, read_rows, write_rows
from tests.stores import STORES


class AtDesk:
    """A furnished folder, an empty database, and somebody at a desk in this process."""

    def __init__(self, root: Path, at: datetime) -> None:
        self.root, self.desk = root, Desk(root, STORES.url(), at)

    @property
    def problems(self) -> list[str]:
        found = self.desk.workspace.diagnostics
        return [str(one) for one in found] if has_errors(found) else []

    def set_clock(self, now: datetime) -> None:
        self.desk.clock = replace(self.desk.clock, now=now)
        self.desk.clocks = Clocks.standing(now)

    def bring(self, module: str, rows: Sequence[Row]) -> None:
        if rows:
            report = self.desk.import_file(module, write_rows(self.root, rows))
            assert not report.refused_rows, report

    def night(self, now: datetime) -> None:
        """All that is due at a moment, and nothing of it goes wrong."""
        self.set_clock(now)
        for _, result, _ in self.desk.run():
            assert (result.state, result.error, result.failed) == ("done", None, 0), result

    def rows(self, name: str, **chosen: str) -> list[dict[str, Any]]:
        """A list of the ledger, or what of it has these values, the oldest first."""
        with self.desk.rows(name, limit=100_000) as (_, rows):
            return [one for one in rows if chosen.items() <= one.items()][::-1]

    def exported(self, module: str) -> dict[str, dict[str, str]]:
        """Records as a person takes them away, by their key."""
        path = self.root / "out.csv"
        self.desk.export(module, path, "zh")
        return read_rows(path)
