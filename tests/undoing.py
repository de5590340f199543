"""A company with five customers whose nights are taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.company import Company, nightly, stories_in

NIGHT, MORNING, NEXT = "2026-03-31T01:00", "2026-03-31T09:00", "2026-04-01T01:00"
SILENT = nightly("actions: [{update_field: {沉默状态: 即将沉默}}]\n")
STAFF = [{"编号": "S1", "姓名": "王一", "在职": "是"}, {"编号": "S9", "姓名": "主管", "在职": "是"}]
CUSTOMERS = [
    {
        "编号": f"C{n}",
        "客户名称": f"客户{n}",
        "负责人": "S1",
        "沉默唤醒次数": n,
        "潜力": 100 * n,
        "邮箱": f"c{n}@example.cn",
        "邮件同意": "是",
        "签约日期": "2026-01-31",
    }
    for n in range(1, 6)
]


def records(company: Company) -> dict[str, list[Any]]:
    return {name: rows for name, rows in company.place.dump().items() if not name.startswith("wakeline_")}


def run(company: Company, name: str = "wake", at: str = NIGHT) -> int:
    """The number of a run that went well."""
    (found,) = [one for one in company.answer("run", name, at=at, codes=(0, 3)) if one["started"]]
    return int(found["run"])


def sql(company: Company, statement: str) -> None:
    with company.place.look() as connection:
        connection.execute(statement)
        connection.commit()


def furnished(root: Path) -> Company:
    """The company, with its people and its customers."""
    found = Company(stories_in(root), at=NIGHT)
    found.bring("员工", STAFF)
    found.bring("客户", CUSTOMERS)
    return found
