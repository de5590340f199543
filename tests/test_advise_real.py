"""`wakeline advise` on real records: estimated on the first part, the false alarms counted on the rest.

What is counted needs nothing of the engine: of the silences that became so long after the split, and so
early that all of the time to come back is on record, how many ended in that time.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from math import ceil
from pathlib import Path
from statistics import median
from typing import Any, TypeAlias

import pytest

from tests.company import Company, nightly, stories_in
from tests.lacks import real_data

Days: TypeAlias = dict[str, list[date]]
LENGTHS = (30, 60, 90, 120)


def cdnow() -> Days:
    """2,357 customers who first bought in the first quarter of 1997, to June 1998."""
    found: Days = defaultdict(list)
    for line in real_data("cdnow", "CDNOW_sample.txt").read_text("ascii").splitlines():
        customer, _, day, *_ = line.split()
        found[customer].append(date.fromisoformat(f"{day[:4]}-{day[4:6]}-{day[6:]}"))
    return found


def retail() -> Days:
    """4,339 customers of a wholesaler, December 2010 to 9 December 2011; what was sent back is no order."""
    found: Days = defaultdict(list)
    with real_data("online_retail", "invoices.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["customer_id"] and not row["invoice_no"].startswith("C"):
                found[row["customer_id"]].append(date.fromisoformat(row["invoice_date"][:10]))
    return found


def came_back(days: Days, length: int, within: int, split: date) -> tuple[float, int]:
    """Of the alarms after the split that can be followed to their end: the false ones, and how many."""
    last = max(max(some) for some in days.values())
    alarms = [
        (end - start).days if end else None
        for some in days.values()
        for start, end in _silences(some)
        if split < start + timedelta(days=length) <= last - timedelta(days=within)
        and (end is None or (end - start).days > length)
    ]
    false = sum(one is not None and one <= length + within for one in alarms)
    return false / len(alarms), len(alarms)


def _silences(some: list[date]) -> list[tuple[date, date | None]]:
    days = sorted(set(some))
    return list(zip(days, [*days[1:], None], strict=True))


def came_back_late(days: Days, times: float, within: int, split: date) -> tuple[float, int]:
    """The same for alarms after so many times the own rhythm, as it was known on that day."""
    last = max(max(some) for some in days.values())
    alarms = []
    for some in days.values():
        known = sorted(set(some))
        for number, (start, end) in enumerate(_silences(some)):
            if number < 3:
                continue
            length = ceil(times * median((two - one).days for one, two in pairwise(known[: number + 1])))
            raised = start + timedelta(days=length)
            gap = None if end is None else (end - start).days
            if split < raised <= last - timedelta(days=within) and (gap is None or gap > length):
                alarms.append(gap is not None and gap <= length + within)
    return sum(alarms) / len(alarms), len(alarms)


def advised(root: Path, days: Days, within: int, split: date) -> Any:
    """What is estimated on the day of the split; all later orders are there, and must not be looked at."""
    company = Company(stories_in(root), at=f"{split}T23:00")
    for one in LENGTHS:
        asks = (
            f"conditions: {{time_since: 最近下单日期, at_least: {one} days}}\nactions: [{{add_tag: 高潜}}]\n"
        )
        company.write({f"after{one}.yaml": nightly(asks, key=f"after{one}")})
    company.bring("客户", [{"编号": key, "客户名称": key} for key in days])
    orders = [(key, day) for key, some in days.items() for day in some]
    company.bring(
        "订单",
        [
            {"编号": f"O{number}", "客户": key, "下单日期": day.isoformat()}
            for number, (key, day) in enumerate(orders)
        ],
    )
    places = company.answer("advise", "--within", f"{within} days")["places"]
    return {one["groups"][0]["now"]["days"]: one["groups"][0] for one in places}


def test_cdnow_after_the_first_year(tmp_path: Path) -> None:
    days, split = cdnow(), date(1997, 12, 31)

    estimated = advised(tmp_path, days, 90, split)

    for length in LENGTHS:
        share, count = came_back(days, length, 90, split)
        assert count > 200
        # Three of a hundred: as far as 214 to 409 alarms may be off by chance alone.
        assert estimated[length]["now"]["false_alarms"] == pytest.approx(share, abs=0.03), length
    for by in estimated[90]["rhythm"]["times"]:
        share, count = came_back_late(days, by["times"], 90, split)
        assert count > 100
        assert by["false_alarms"] == pytest.approx(share, abs=0.04), by


def test_a_wholesaler_before_its_season(tmp_path: Path) -> None:
    """Seven months tell nothing of the autumn, when more come back: all estimates are a little low."""
    days, split = retail(), date(2011, 6, 30)

    estimated = advised(tmp_path, days, 60, split)

    for length in LENGTHS:
        share, count = came_back(days, length, 60, split)
        assert count > 900
        assert estimated[length]["now"]["false_alarms"] == pytest.approx(share, abs=0.06), length
