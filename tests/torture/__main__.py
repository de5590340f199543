"""`make torture`: every check of RELIABILITY that is worth more time than `make test` has, as one table.

`python -m tests.torture [--seed N] [NAME…]`: only the checks whose name contains one of them. Exit 1 when
anything was lost, doubled or wrong. A seed makes the same history again.
"""

from __future__ import annotations

import random
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterable

from tests.torture import (
    blast_radius,
    by_pytest,
    calendar_year,
    catch_up,
    crash_mutants,
    crash_points,
    flush_order,
    form_edits,
    many_workers,
    pure_plan,
    restored,
    simulated_year,
)
from tests.torture.findings import Finding, table

CHECKS: dict[str, Callable[[int], Iterable[Finding]]] = {
    "1-crash-sqlite": crash_points.on_sqlite,
    "1-crash-postgres": crash_points.on_postgres,
    "1-crash-mutants": crash_mutants.findings,
    "1-crash-flushes": flush_order.findings,
    "2-blast-radius": blast_radius.findings,
    "3-calendar-year": calendar_year.findings,
    "4-many-workers": many_workers.findings,
    "9-restored": restored.findings,
    "11-changed-meanwhile": by_pytest.changed_meanwhile,
    "12-catch-up": catch_up.findings,
    "13-pure-plan": pure_plan.findings,
    "17-organisation": by_pytest.organisation,
    "19-pages": by_pytest.pages,
    "20-form-edits": form_edits.findings,
    "simulated-year": simulated_year.findings,
}
"""By the number in RELIABILITY and a name; each takes the seed."""


def main(arguments: list[str]) -> int:
    """Run them one after the other, tell each as it ends, then all as a table."""
    parser = ArgumentParser("tests.torture")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("names", nargs="*")
    asked = parser.parse_args(arguments)
    print(f"seed {asked.seed}", flush=True)  # noqa: T201 - what is asked for
    found: list[Finding] = []
    for name, check in CHECKS.items():
        if asked.names and not any(part in name for part in asked.names):
            continue
        began = time.monotonic()
        some = list(check(asked.seed))
        found += some
        state = "ok" if all(one.is_fine for one in some) else "WRONG"
        print(f"{name}: {state}, {time.monotonic() - began:.0f} s", flush=True)  # noqa: T201 - as above
    print(table(found, asked.seed), end="")  # noqa: T201 - as above
    return 0 if found and all(one.is_fine for one in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
