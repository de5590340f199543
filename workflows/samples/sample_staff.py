"""The people of the company: who they are and who reports to whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import sample_words as words
from sample_days import yes_no
from sample_dice import Dice


@dataclass(slots=True)
class Person:
    id: str
    name: str
    role: str
    region: str
    supervisor: str = ""
    active: bool = True
    grade: str = ""


def digits(number: int) -> str:
    return "".join(words.DIGITS[int(figure)] for figure in str(number))


def make_staff(seed: int, customers: int) -> list[Person]:
    """One manager, supervisors, reps and a few others: forty people up to 12,000 customers."""
    dice = Dice(seed)
    reps = max(28, customers // 400)
    leads = max(6, reps // 6)
    roles = ["管理层"] + ["主管"] * leads + ["业务员"] * reps + ["老客运营"] * 2 + ["客服"] * 3
    width = max(3, len(str(len(roles))))
    staff = []
    for number, role in enumerate(roles, 1):
        name = (
            "样例·"
            + words.SURNAMES[number % len(words.SURNAMES)][0]
            + digits(1 + number // len(words.SURNAMES))
        )
        region = (
            words.REGIONS[number % len(words.REGIONS)][0] if role == "主管" else dice.weighted(words.REGIONS)
        )
        staff.append(Person(f"S{number:0{width}d}", name, role, region))
    set_lines(staff, leads)
    return staff


def set_lines(staff: list[Person], leads: int) -> None:
    """Who reports to whom; every ninth rep to nobody; the third and the twelfth rep have left."""
    supervisors = staff[1 : 1 + leads]
    reps = [person for person in staff if person.role == "业务员"]
    for person in staff[1:]:
        person.supervisor = staff[0].id
    for number, rep in enumerate(reps):
        lead = supervisors[number % leads]
        rep.supervisor, rep.region = ("" if number % 9 == 8 else lead.id), lead.region
        rep.grade = "高级" if number % 5 == 0 else "普通"
    for rep in (reps[2], reps[11]):
        rep.active = False


def staff_rows(staff: Iterable[Person]) -> Iterator[list[str]]:
    for one in staff:
        yield [
            one.id,
            one.name,
            one.role,
            one.supervisor,
            yes_no(one.active),
            one.grade,
            one.region,
            f"{one.id.lower()}@example.com",
        ]
