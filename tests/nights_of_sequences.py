"""A company whose nights go by: one workflow that waits, two customers, and what became of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from engine.workspace import open_workspace
from tests.at_desk import AtDesk
from tests.company import stories_in, write_files

HEAD = """name: 序列
module: 客户
trigger: {every: day, at: "01:00"}
conditions: {field: 沉默状态, is: 正常跟进}
once_per: customer
"""
STAFF = (
    {"编号": "S9", "姓名": "总管九"},
    {"编号": "S8", "姓名": "主管八", "上级": "S9"},
    {"编号": "S1", "姓名": "王一", "上级": "S8"},
    {"编号": "S2", "姓名": "李二"},
)
CALL = "{name: 电话, create_task: {subject: 打电话, to: owner, due: in 3 days}}"


class Nights(AtDesk):
    """A company whose nights go by; no two stories share one. It begins with C1 and C2 of S1."""

    def __init__(self, root: Path, files: Mapping[str, str], at: str, zone: str) -> None:
        path = stories_in(root) / "workspace.yaml"
        path.write_text(path.read_text("utf-8").replace("Asia/Shanghai", zone), "utf-8")
        write_files(root, files)
        super().__init__(root, datetime.fromisoformat(at))
        assert self.problems == []
        self.bring("员工", STAFF)
        self.bring("客户", [{"编号": key, "客户名称": f"样例{key}", "负责人": "S1"} for key in ("C1", "C2")])

    def edit(self, files: Mapping[str, str]) -> None:
        """Files that are changed while records wait."""
        write_files(self.root, files)
        self.desk.workspace = open_workspace(self.root, [])

    def moment(self, text: str) -> datetime:
        """Of the wall clock; a day alone is its 01:00."""
        told = text if " " in text else f"{text} 01:00"
        return datetime.fromisoformat(told).replace(tzinfo=self.desk.clock.zone).astimezone(UTC)

    def change(self, key: str, **fields: str) -> None:
        self.bring("客户", [{"编号": key, "客户名称": f"样例{key}", **fields}])

    def order(self, key: str, day: str) -> None:
        self.bring("订单", [{"编号": f"O {key} {day}", "客户": key, "下单日期": day, "金额": "10"}])

    def visit(self, key: str, at: str) -> None:
        self.bring("跟进记录", [{"编号": f"F {key} {at}", "客户": key, "跟进时间": at}])

    def nights(self, *moments: str) -> None:
        for one in moments:
            self.night(self.moment(one))

    def enrollment(self, record: str = "C1", workflow: str = "wake") -> dict[str, Any]:
        (found,) = self.rows("enrollments", record=record, workflow=workflow)
        return found

    def state(self, record: str = "C1", workflow: str = "wake") -> tuple[str, str | None]:
        found = self.enrollment(record, workflow)
        return found["state"], found["path"]

    def journal(self, record: str = "C1", workflow: str = "wake") -> list[tuple[str, str]]:
        return sorted(
            (one["path"], one["kind"]) for one in self.rows("journal", record=record, workflow=workflow)
        )

    def done_at(self, path: str, record: str = "C1") -> str:
        """The night in which a step was done, by the moment of its run, UTC."""
        (run,) = [one["run"] for one in self.rows("journal", record=record) if one["path"] == path]
        (found,) = self.rows("runs", run=run)
        return str(found["at"])

    def told(self, record: str = "C1") -> list[tuple[str, str]]:
        return sorted((one["recipient"], one["body"]) for one in self.rows("outbox", record=record))

    def tasks(self) -> list[tuple[str, str, str]]:
        """Of which customer, whose, by when."""
        rows = self.exported("任务").values()
        return sorted((one["客户"], one["负责人"], one["截止日期"]) for one in rows)


Opened: TypeAlias = Callable[..., Nights]


def opener(root: Path) -> Opened:
    """`opened(rest of the file wake, at, …)`: a company with that workflow."""

    def open_it(text: str, at: str, zone: str = "Asia/Shanghai", **more: str) -> Nights:
        files = {"wake.yaml": f"id: wake\n{HEAD}{text}\n"}
        files |= {name.replace("_yaml", ".yaml"): one for name, one in more.items()}
        return Nights(root, files, at, zone)

    return open_it
