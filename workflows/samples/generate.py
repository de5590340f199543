"""Write the sample records of an invented trading company as CSV files.

Everything is made up: no person, company, address or telephone number is real. The same arguments
always give the same bytes: nothing reads the clock, and of `random.Random` only `random()` is used,
the one method whose sequence Python promises to keep. Every customer has a generator of its own and
is written before the next one is made, so memory stays flat however many customers are asked for.

    python workflows/samples/generate.py --customers 3000 --seed 2026 --out workflows/samples
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import sample_related as related
import sample_words as words
from sample_days import TODAY, iso, yes_no
from sample_dice import Dice
from sample_staff import Person, make_staff, staff_rows

YEAR_START = date(2025, 4, 2).toordinal()  # "last 12 months" seen from TODAY
FIRST_DAY = date(2025, 1, 1).toordinal()
LEFT = date(2025, 11, 1).toordinal()  # the two who left were gone by then


@dataclass(slots=True)
class Customer:
    number: int
    id: str
    deserved: str  # the tier that the turnover deserves
    industry: str
    owner: Person | None
    last_order: int | None = None  # days ago
    created: int = 0
    tier: str = ""
    silent: str = ""

    @property
    def slot(self) -> int:
        return self.number % words.EDGE_EVERY


@cache
def season(day: int) -> float:
    """How likely an order is on this day, 0 to 1: few at weekends and festivals, many late in the year."""
    at = date.fromordinal(day)
    weight = words.MONTHS[at.month - 1] / max(words.MONTHS)
    if any(first <= day <= last for first, last in words.FESTIVALS):
        return weight * 0.12
    return weight * (0.15 if at.weekday() >= 5 else 1)


def make_customer(dice: Dice, number: int, width: int, owners: Sequence[Person]) -> Customer:
    slot = number % words.EDGE_EVERY
    deserved = words.EDGE_TIER.get(slot) or dice.weighted(words.TIERS)
    owner = None if dice.chance(0.01) else dice.pick(owners)
    customer = Customer(number, f"C{number:0{width}d}", deserved, dice.weighted(words.INDUSTRIES), owner)
    if (
        deserved != "C"
        or slot in words.EDGE_LAST_ORDER
        or slot in words.EDGE_TURNOVER
        or not dice.chance(0.085)
    ):
        customer.last_order = words.EDGE_LAST_ORDER.get(slot) or draw_last_order(dice, customer)
    customer.created = draw_created(dice, customer)
    customer.tier = deserved if slot in words.EDGE_TIER else dice.weighted(words.STORED_TIER[deserved])
    if customer.created < FIRST_DAY and slot not in words.EDGE_TIER and dice.chance(0.02):
        customer.tier = ""  # old data
    customer.silent = draw_silent(dice, customer)
    return customer


def draw_last_order(dice: Dice, customer: Customer) -> int:
    low, high = dice.weighted(words.LAST_ORDER[customer.deserved])
    if customer.slot in words.EDGE_TURNOVER:
        high = min(high, 300)  # the sum must lie in the last 12 months
    ago = low
    for _ in range(8):
        ago = dice.between(low, high)
        if dice.chance(season(TODAY - ago)):
            break
    return ago


def draw_created(dice: Dice, customer: Customer) -> int:
    """Four in five before 2025; never after the last order."""
    if customer.last_order is None:
        return TODAY - dice.between(3, 420)
    ago = dice.between(460, 3600) if dice.chance(0.8) else dice.between(10, 450)
    return TODAY - max(ago, customer.last_order + dice.between(2, 40))


def draw_silent(dice: Dice, customer: Customer) -> str:
    ago = customer.last_order or 0
    states = next(states for up_to, states in words.SILENCE if ago <= up_to)
    return dice.weighted(states)


def company_name(number: int, trade: str) -> str:
    """A different name for each number; beyond the first 6,400 a branch number is added."""
    firsts, lasts, shapes = len(words.STEM_FIRST), len(words.STEM_LAST), len(words.NAME_SHAPES)
    branch, place = divmod(number, firsts * lasts * shapes)
    place = place * 3067 % (firsts * lasts * shapes)
    rest, shape = divmod(place, shapes)
    stem = words.STEM_FIRST[rest // lasts] + words.STEM_LAST[rest % lasts]
    return words.NAME_SHAPES[shape].format(stem, trade) + (f"（{branch + 1}号）" if branch else "")


def draw_contact(dice: Dice, customer: Customer) -> tuple[str, str]:
    """Name and e-mail; the domains are reserved (RFC 2606), so no letter arrives anywhere."""
    surname, latin = dice.pick(words.SURNAMES)
    name = f"示例·{surname}{dice.pick(words.STEMS)}{words.DIGITS[dice.between(1, 9)]}"
    host = dice.pick(("example.com", "example.org", "example.net", "{}.example"))
    if dice.chance(0.12):
        return name, ""
    if host == "{}.example":
        return name, f"{latin}@{customer.id.lower()}.example"
    return name, f"{latin}{customer.number}@{host}"


def draw_state(dice: Dice, customer: Customer) -> str:
    stale = customer.last_order is None or customer.last_order >= 180
    return dice.weighted(
        (("正常", 88), ("已关闭", 6), ("无效客户", 6))
        if stale
        else (("正常", 97), ("已关闭", 2), ("无效客户", 1))
    )


def draw_keep(dice: Dice, silent: str) -> str:
    if silent == "放弃维护":
        return "否"
    return dice.weighted((("是", 71), ("", 28), ("否", 1)))


def customer_row(dice: Dice, customer: Customer) -> list[str]:
    name = company_name(customer.number, dice.pick(words.TRADES[customer.industry][0]))
    contact, email = draw_contact(dice, customer)
    home = customer.owner.region if customer.owner and dice.chance(0.85) else dice.weighted(words.REGIONS)
    tags = [tag for tag, share in words.TAGS[customer.deserved] if dice.chance(share)]
    strategic = dice.chance({"A": 0.3, "B": 0.03, "C": 0.003}[customer.deserved])
    return [
        customer.id, name, customer.tier, draw_state(dice, customer), customer.silent,
        dice.weighted(words.WAKE_COUNT[customer.silent]), draw_keep(dice, customer.silent),
        customer.industry, home, dice.weighted(words.SOURCES), customer.owner.id if customer.owner else "",
        contact, email, dice.weighted((("是", 62), ("否", 12), ("", 26))),
        f"154{customer.number:08d}",  # 154 is given to no Chinese network
        yes_no(strategic), ";".join(tags), iso(customer.created), *related.customer_columns(customer),
    ]  # fmt: skip


def order_days(dice: Dice, customer: Customer) -> list[int]:
    """Back from the last order in the customer's own rhythm, newest first."""
    if customer.last_order is None:
        return []
    days = [TODAY - customer.last_order]
    floor = max(customer.created, min(FIRST_DAY, days[0] - 250))
    rhythm = dice.between(*words.RHYTHM[customer.deserved])
    day = day_before(dice, days[0], rhythm)
    while day >= floor:
        days.append(day)
        day = day_before(dice, day, rhythm)
    return days


def day_before(dice: Dice, day: int, rhythm: int) -> int:
    """The order before this one, by preference in season."""
    before = day
    for _ in range(5):
        before = day - max(2, int(rhythm * (0.5 + dice.roll())))
        if dice.chance(season(before)):
            break
    return before


def with_refunds(dice: Dice, days: Sequence[int]) -> list[tuple[int, int]]:
    """(day, weight) oldest first; a refund has a negative weight and is never the latest row."""
    rows = []
    for day in days:
        weight = int(
            dice.between(4_000, 16_000) * (0.7 + 0.5 * words.MONTHS[date.fromordinal(day).month - 1])
        )
        rows.append((day, weight))
        back = day + dice.between(3, 20)
        if dice.chance(0.008) and back < days[0]:
            rows.append((back, -weight * dice.between(10, 60) // 100))
    return sorted(rows)


def order_cents(dice: Dice, customer: Customer, rows: Sequence[tuple[int, int]]) -> list[int]:
    """Amounts whose sum over the last 12 months is the customer's turnover to the cent."""
    turnover = words.EDGE_TURNOVER.get(customer.slot) or dice.curve(words.TURNOVER[customer.deserved])
    recent = sum(weight for day, weight in rows if day >= YEAR_START and weight > 0)
    whole = recent or sum(abs(weight) for _, weight in rows)
    cents = [weight * turnover // whole for _, weight in rows]
    if recent:
        spent = sum(amount for (day, _), amount in zip(rows, cents, strict=True) if day >= YEAR_START)
        cents[-1] += turnover - spent
    return cents


def order_rows(dice: Dice, customer: Customer) -> Iterator[list[str]]:
    rows = with_refunds(dice, order_days(dice, customer))
    if not rows:
        return
    goods = words.TRADES[customer.industry][1]
    for (day, _), cents in zip(rows, order_cents(dice, customer, rows), strict=True):
        sign = "-" if cents < 0 else ""
        yield [customer.id, iso(day), f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}", dice.pick(goods)]


def latest_follow_up(dice: Dice, customer: Customer) -> int:
    """Days ago: forgotten customers are mostly those who no longer order."""
    if customer.slot in words.EDGE_FOLLOW_UP:
        return words.EDGE_FOLLOW_UP[customer.slot]
    if (customer.last_order or 0) >= 90 and dice.chance(0.82):
        return dice.between(75, 240)
    return dice.between(1, 24 if customer.deserved == "A" else 80)


def follow_up_rows(dice: Dice, customer: Customer, desk: Sequence[Person]) -> Iterator[list[str]]:
    """Oldest first, by the owner; for an owner who left or is missing by the old-customer desk."""
    ago, days = latest_follow_up(dice, customer), []
    count = dice.between(*words.FOLLOW_UPS[customer.deserved])
    for _ in range(max(count, customer.slot in words.EDGE_FOLLOW_UP)):
        if TODAY - ago < customer.created:
            break
        days.append(TODAY - ago)
        ago += dice.between(6, 30 if customer.deserved == "A" else 90)
    for day in reversed(days):
        owner = customer.owner
        present = owner and (owner.active or day < LEFT)
        by = owner if owner and present and not dice.chance(0.05) else dice.pick(desk)
        channel = dice.weighted(words.CHANNELS)
        note = dice.weighted(words.NOTES[channel])
        yield [customer.id, by.id, iso(day), channel, note, words.RESULTS.get(note, "待跟进")]


def task_kind(dice: Dice, customer: Customer) -> str:
    """Empty: this customer has no task."""
    if customer.silent in words.WAKE_TASK:
        return dice.pick(words.WAKE_TASK[customer.silent])
    share = {"A": 0.4, "B": 0.12, "C": 0.02}[customer.deserved]
    if customer.silent != "正常跟进" or not dice.chance(share):
        return ""
    return dice.weighted((("拜访", 60 if customer.deserved == "A" else 25), ("关怀", 40)))


def task_rows(dice: Dice, customer: Customer) -> Iterator[list[str]]:
    kind = task_kind(dice, customer)
    if not kind:
        return
    subject, text = words.TASK_TEXT[kind]
    status = dice.weighted((("待办", 45), ("已完成", 47), ("已取消", 8)))
    due = TODAY + dice.between(-12, 20) if status == "待办" else TODAY - dice.between(1, 120)
    urgent = dice.weighted(
        (("高", 50), ("中", 40), ("低", 10)) if "唤醒" in kind else (("高", 10), ("中", 60), ("低", 30))
    )
    yield [
        customer.id,
        subject,
        kind,
        customer.owner.id if customer.owner else "",
        iso(max(due, customer.created)),
        urgent,
        text,
        status,
    ]


HEADERS = {**words.HEADERS, **related.HEADERS}


class Table:
    """One CSV file; rows without an id of their own are numbered."""

    def __init__(self, name: str, folder: Path, stack: ExitStack) -> None:
        file = stack.enter_context((folder / f"{name}.csv").open("w", encoding="utf-8", newline=""))
        self.write = csv.writer(file, lineterminator="\n").writerow
        self.write(HEADERS[name].split())
        self.letter, self.count = related.LETTERS.get(name, name[0].upper()), 0

    def add(self, rows: Iterable[list[str]]) -> None:
        for row in rows:
            self.count += 1
            self.write([f"{self.letter}{self.count:06d}", *row])


def related_rows(
    customer: Customer, orders: Sequence[Sequence[str]], desk: Sequence[Person]
) -> dict[str, Iterable[list[str]]]:
    """The other rows of a customer, by module."""
    return {
        "contacts": related.contact_rows(customer),
        "opportunities": related.opportunity_rows(customer),
        "visits": related.visit_rows(customer),
        "emails": related.email_rows(customer),
        "tickets": related.ticket_rows(customer, desk),
        "payments": related.payment_rows(customer, orders),
        "surveys": related.survey_rows(customer),
    }


def generate(customers: int, seed: int, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    staff = make_staff(seed, customers)
    owners = [one for one in staff if one.role == "业务员"] * 4 + [
        one for one in staff if one.role in ("主管", "老客运营")
    ]
    desk = [one for one in staff if one.role in ("老客运营", "客服")]
    width = max(5, len(str(customers)))
    with ExitStack() as stack:
        table = {name: Table(name, folder, stack) for name in HEADERS}
        for row in staff_rows(staff):
            table["staff"].write(row)
        for number in range(1, customers + 1):
            dice = Dice(seed * 1_000_000_007 + number)
            customer = make_customer(dice, number, width, owners)
            table["customers"].write(customer_row(dice, customer))
            orders = list(order_rows(dice, customer))
            table["orders"].add(orders)
            table["followups"].add(follow_up_rows(dice, customer, desk))
            table["tasks"].add(task_rows(dice, customer))
            for name, rows in related_rows(customer, orders, desk).items():
                table[name].add(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description="Write invented sample records as CSV files.")
    parser.add_argument("--customers", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    args = parser.parse_args()
    generate(args.customers, args.seed, args.out)


if __name__ == "__main__":
    main()
