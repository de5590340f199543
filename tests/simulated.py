"""A company of a few customers and nothing but the shipped sequence, for `simulate`.

The sequence is the shipped one, as in test_silent_sequence, where each expected day is worked out: it begins
on Tuesday 31 March 2026 at 01:00, 90 days after the last order; 180 days after it is Monday, 29 June.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.company import Company, Row, shipped_in

STAFF: list[Row] = [
    {"编号": "S9", "姓名": "主管", "岗位": "主管"},
    {"编号": "S1", "姓名": "业务一", "岗位": "业务员", "上级": "S9"},
    {"编号": "S2", "姓名": "业务二", "岗位": "业务员", "上级": "S9"},
    {"编号": "S3", "姓名": "业务三", "岗位": "业务员", "上级": "S9"},
    {"编号": "S4", "姓名": "业务四", "岗位": "业务员", "上级": "S9"},
    {"编号": "S5", "姓名": "老客专员", "岗位": "老客运营"},
]
CUSTOMERS = {
    "K1": ("B", "2025-12-31", "S1"),
    "K3": ("B", "2026-01-01", "S2"),  # 89 days on 31 March, 90 on 1 April
    "K4": ("C", "2025-12-31", "S3"),
    "K9": ("A", "2025-06-30", "S4"),  # of another tier
}
OTHERS = (
    *("presets", "care", "contact", "silence", "signals", "tiers", "warnings"),
    *("silent-*-touch.yaml", "tier-by-amount.yaml"),
)
AT = "2026-03-31T00:30"


def furnished(root: Path, responses: str = "") -> Company:
    """The shipped workspace with the sequence alone, and what people are assumed to do."""
    company = Company(shipped_in(root, *OTHERS), at=AT)
    assume(company, responses)
    for module, rows in (("员工", STAFF), ("客户", customers()), ("订单", orders())):
        company.bring(module, rows)
    return company


def customers(**more: tuple[str, str, str]) -> list[Row]:
    return [
        {"编号": key, "客户名称": f"样例{key}", "客户层级": tier, "负责人": owner,
         "邮箱": f"{key.lower()}@example.com", "邮件同意": "是"}
        for key, (tier, _, owner) in {**CUSTOMERS, **more}.items()
    ]  # fmt: skip


def orders(**more: tuple[str, str, str]) -> list[Row]:
    return [
        {"编号": f"O{key}", "客户": key, "下单日期": day, "金额": "100"}
        for key, (_, day, _) in {**CUSTOMERS, **more}.items()
    ]


def assume(company: Company, responses: str) -> None:
    """Put the assumptions of a test in place of the shipped ones."""
    path = company.root / "workspace.yaml"
    head, _, rest = path.read_text("utf-8").partition("simulation:")
    rest = rest[rest.index("\n\n") :] if "\n\n" in rest else ""
    written = f"simulation:\n  responses:\n{responses}" if responses else ""
    path.write_text(head + written + rest, "utf-8")


def played(company: Company, nights: int = 100, *arguments: str) -> Any:
    return company.answer("simulate", "silent-sequence", "--nights", str(nights), *arguments)


def by_owner(found: Any, kind: str) -> dict[str, list[str]]:
    """The nights on which each person got something of a kind, once for each."""
    nights: dict[str, list[str]] = {}
    for row in found["rows"]:
        if row["kind"] == kind:
            nights.setdefault(row["owner"], []).extend([row["night"]] * row["count"])
    return nights


REFUSES = (
    "    - {to: task, share: 100 %, within: 1 day, done: true,"
    " create_record: {module: 跟进记录, fields: {结果: 拒绝}}}\n"
)
"""What may be assumed: every task is done, and the customer says no."""
