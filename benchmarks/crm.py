"""The records of the reference night: an invented company, the same rows for the same size, in kept form.

Customer number n is the same whatever the size is, but for its owner. Nothing reads the clock, and of
`random.Random` only `random()` is used, the one method whose sequence Python promises to keep.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, TypeAlias

Row: TypeAlias = tuple[Any, ...]

SEED = 2026
TODAY = date(2026, 4, 1)
CUSTOMERS_A_PERSON = 500
FEWEST_STAFF = 12
HEAD = "S0001"
"""At the top of the house, and who gets what would go to nobody (workspace.yaml)."""
NUMBER = 10_000
"""Numbers and amounts are kept as whole ten-thousandths."""

COLUMNS = {
    "staff": ("id", "name", "supervisor", "active", "email"),
    "customers": (
        *("id", "name", "tier", "state", "silent", "wake_count", "woken", "region", "industry", "owner"),
        *("contact", "email", "email_ok", "last_order", "created"),
    ),
    "orders": ("id", "customer", "date", "amount"),
    "followups": ("id", "customer", "person", "date", "channel"),
    "tasks": ("id", "customer", "subject", "type", "assignee", "due", "status", "priority", "text"),
}
"""The columns of each module's table, in the order of its rows."""

REGIONS = ("华东", "华南", "华北", "西南", "华中")
INDUSTRIES = ("软件服务", "快消品", "机械制造", "建材", "医疗器械")
WORDS = ("青禾", "远帆", "明川", "广源", "新程", "云杉", "东篱", "北岸")
SURNAMES = ("赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯", "陈")
CHANNELS = ("电话", "拜访", "微信", "邮件")
WAKES = ("沉默唤醒-首触", "沉默唤醒-大客户")
TIERS = ("A", "B", "C")

_DAYS = [(TODAY - timedelta(days=ago)).isoformat() for ago in range(4_000)]
"""The day so many days ago, as text."""
_THIS_YEAR = (TODAY - date(TODAY.year, 1, 1)).days
_MOST_ORDERS_AGO = len(_DAYS) - 1_500


@dataclass(frozen=True)
class Company:
    """A customer with all that belongs to it."""

    customer: Row
    orders: Sequence[Row]
    followups: Sequence[Row]
    tasks: Sequence[Row]


def make_staff(size: int) -> list[Row]:
    """Colleagues: one at the top, one in nine leads the others; a few have left, of both."""
    count = max(FEWEST_STAFF, size // CUSTOMERS_A_PERSON)
    leads = [number for number in range(2, count + 1) if number % 9 == 2]
    return [_person(number, leads) for number in range(1, count + 1)]


def _person(number: int, leads: Sequence[int]) -> Row:
    if number == 1:
        above = None
    elif number in leads:
        above = HEAD
    else:
        above = _staff(leads[number % len(leads)])
    has_left = number % 10 == 7 or (number in leads and number % 4 == 3)
    name = f"{SURNAMES[number % len(SURNAMES)]}示例{number:04d}"
    return _staff(number), name, above, int(not has_left), f"s{number:04d}@staff.example.com"


def _staff(number: int) -> str:
    return f"S{number:04d}"


def make_companies(size: int, staff: Sequence[Row]) -> Iterator[Company]:
    """So many customers, one after the other, each with its orders, follow-ups and tasks."""
    people = [one[0] for one in staff]
    for number in range(1, size + 1):
        yield _company(number, people)


def _company(number: int, people: Sequence[str]) -> Company:
    draw = Random(SEED * 1_000_000_007 + number).random
    key = f"C{number:07d}"
    owner = None if draw() < 0.01 else people[int(draw() * len(people))]
    since, is_large = _since(draw)
    is_silent = draw() < (0.17 if since >= 90 else 0.04)
    orders = [] if since < 0 else _orders(draw, key, since, is_large=is_large)
    followups = _followups(draw, key, owner, is_silent=is_silent)
    silent = "正常跟进" if not is_silent else "即将沉默" if draw() < 0.8 else "已沉默"
    woken = 3 + int(draw() * 60) if is_silent else 250 + int(draw() * 300) if draw() < 0.2 else -1
    tasks = _tasks(draw, key, owner, woken, is_open=silent == "即将沉默")
    tier = _tier(draw, sum(row[3] for row in orders if row[2] >= _DAYS[_THIS_YEAR]))
    region, industry = REGIONS[int(draw() * 5)], INDUSTRIES[int(draw() * 5)]
    name = f"{region}{WORDS[int(draw() * 8)]}{industry[:2]}示例{number:07d}"
    customer = (
        *(key, name, tier, "已关闭" if draw() < 0.04 else "正常", silent),
        (1 + (woken > 30)) * NUMBER if woken >= 0 else None,
        _DAYS[woken] if woken >= 0 else None,
        None if draw() < 0.05 else region,
        None if draw() < 0.15 else industry,
        owner,
        None if draw() < 0.1 else f"{SURNAMES[int(draw() * 10)]}经理",
        None if draw() < 0.08 else f"info@c{number:07d}.example.com",
        int(draw() < 0.92),
        _DAYS[since] if since >= 0 else None,
        _DAYS[min(_MOST_ORDERS_AGO, max(since, 0) + 400 + int(draw() * 1_000))],
    )
    return Company(customer, orders, followups, tasks)


def _since(draw: Any) -> tuple[int, bool]:
    """Days since the last order, -1 for none at all, and whether orders are large."""
    kind = draw()
    if kind < 0.02:
        return -1, False
    if kind < 0.37:
        return 90 + int(draw() * 310), draw() < 0.1
    if kind < 0.46:
        return 60 + int(draw() * 30), True
    if kind < 0.64:
        return 60 + int(draw() * 30), False
    return int(draw() * 60), draw() < 0.2


def _orders(draw: Any, key: str, since: int, *, is_large: bool) -> list[Row]:
    """About five, the newest so many days ago; amounts in whole cents."""
    found, ago = [], since
    least = 30_000 if is_large else 600
    for number in range(4 + int(draw() * 3.1)):
        amount = least + int(draw() * least * 800) / 100
        found.append((f"O{key[1:]}{number}", key, _DAYS[ago], round(amount * 100) * (NUMBER // 100)))
        ago = min(ago + 12 + int(draw() * 80), _MOST_ORDERS_AGO)
    return found


def _followups(draw: Any, key: str, owner: str | None, *, is_silent: bool) -> list[Row]:
    """About five; of those who went silent the newest is older."""
    found, ago = [], int(draw() * (90 if is_silent else 55))
    for number in range(3 + int(draw() * 5)):
        found.append((f"F{key[1:]}{number}", key, owner, _DAYS[ago], CHANNELS[int(draw() * 4)]))
        ago += 4 + int(draw() * 60)
    return found


def _tasks(draw: Any, key: str, owner: str | None, woken: int, *, is_open: bool) -> list[Row]:
    """What the last wake-up left: open where the customer is still about to go silent."""
    if woken < 0:
        return []
    due = _DAYS[max(woken - 3, 0)]
    status = "待办" if is_open else "已完成" if draw() < 0.8 else "已取消"
    head = (f"T{key[1:]}", key, f"唤醒回访：{key}", WAKES[int(draw() * 1.3)], owner)
    return [(*head, due, status, "高", None)]


def _tier(draw: Any, this_year: int) -> str:
    """The one that the amounts of this year deserve, but for one in three."""
    amount = this_year / NUMBER
    deserved = 0 if amount >= 30_000 else 1 if amount >= 8_000 else 2
    return TIERS[deserved if draw() < 0.66 else (deserved + 1 + int(draw() * 2)) % 3]
