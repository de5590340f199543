"""A year of `wakeline start` (the end of Part 3), beside a year of the same story that nothing befalls.

The shipped workspace in a zone whose clocks change twice, a kill every night, a disk without room, a database
that goes away, suspended workers, two at a time, edited files, stretches of days on which nobody is there.
Every slot that the files name has one row, and every record, task, letter and notice is as in the calm year.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

from tests.postgres import Server
from tests.stores import POSTGRES, STORES, Place
from tests.torture.findings import Finding
from tests.torture.year.account import account, differences
from tests.torture.year.company import Company
from tests.torture.year.lived import Lived, Year
from tests.torture.year.plan import Day, some_nights, whole_year

MOST_TOLD = 20
"""So many sentences of a kind are enough to begin to look."""


def findings(seed: int) -> Iterator[Finding]:
    """The whole year on SQLite; some nights around the changes of the clock on PostgreSQL."""
    with tempfile.TemporaryDirectory() as folder:
        company = Company(Path(folder) / "disturbed", seed, step=20)
        yield side_by_side("a simulated year, SQLite", company, whole_year(seed))
    with tempfile.TemporaryDirectory() as folder:
        company = Company(Path(folder) / "disturbed", seed, step=20)
        STORES.kind = POSTGRES
        try:
            yield on_server("some nights of it, PostgreSQL", company, some_nights(seed), STORES.start())
        finally:
            STORES.stop()


def side_by_side(name: str, company: Company, plan: list[Day]) -> Finding:
    """On SQLite, where two years do not meet."""
    calm = replace(company, root=company.root.with_name("calm"))
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        other = pool.submit(_live, calm, plan, is_disturbed=False)
        lived = pool.submit(_live, company, plan, is_disturbed=True).result()
        return told(name, company, calm, plan, (lived, other.result()))


def on_server(name: str, company: Company, plan: list[Day], server: Server) -> Finding:
    """On PostgreSQL, one after the other: a restart of the server befalls all that are on it.

    Nobody can fill the disk of a server from outside.
    """
    plan = [replace(day, fault="kill") if day.fault == "full" else day for day in plan]
    calm = replace(company, root=company.root.with_name("calm"), url=Place.make(company.root).url)
    company = replace(company, url=Place.make(company.root).url)
    other = Year(calm, is_disturbed=False).live(plan)

    def restart() -> None:
        server.crash()
        server.wake()

    lived = Year(company, is_disturbed=True, restart=restart).live(plan)
    return told(name, company, calm, plan, (lived, other))


def _live(company: Company, plan: list[Day], *, is_disturbed: bool) -> Lived:
    return Year(company, is_disturbed=is_disturbed).live(plan)


def told(name: str, company: Company, calm: Company, plan: list[Day], both: tuple[Lived, Lived]) -> Finding:
    """The report of a year."""
    lived, other = both
    found = account(company, plan[0].moments[0], plan[-1].moments[-1])
    less, more = differences(company, calm)
    states = ", ".join(f"{count} {state}" for state, count in sorted(found.slots.items()))
    faults = ", ".join(f"{count} {fault}" for fault, count in sorted(lived.faults.items()))
    wrong = [*lived.wrong, *other.wrong, *found.wrong]
    for kind, some in (
        ("no row", found.lost),
        ("two rows", found.doubled),
        ("lacks", less),
        ("too much", more),
    ):
        wrong += [f"{kind}: {one}" for one in some[:MOST_TOLD]]
    return Finding(
        name,
        lived.nights,
        lived.kills,
        lost=len(found.lost) + len(less),
        doubled=len(found.doubled) + len(more),
        recovered=lived.recovered,
        said=f"{sum(found.slots.values())} slots: {states}; {lived.rounds} rounds, nights of {faults}",
        wrong=wrong,
    )
