"""Random workflows on random records: a plan writes nothing, is the same on both stores, and is what the run
does (RELIABILITY, check 13).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given
from hypothesis import seed as of_seed

from engine.front import Desk
from tests.plan_worlds import CONTACTS, CUSTOMERS, ORDERS, WORKFLOWS
from tests.stores import POSTGRES, SQLITE, STORES, Place
from tests.test_plan_is_run import check_run, make_world, planned, tried
from tests.torture.crash_points import store_of_kind
from tests.torture.findings import Finding

TRIES = 60
"""RELIABILITY asks for 50."""
World = Callable[..., Desk]


def findings(seed: int) -> Iterator[Finding]:
    """On both databases; on SQLite alone where there is no server."""
    with store_of_kind(POSTGRES) as is_there, TemporaryDirectory() as folder:
        worlds = [_world(Path(folder), kind) for kind in ((SQLITE, POSTGRES) if is_there else (SQLITE,))]
        seen = {"workflows": 0, "records": 0, "matching": 0}
        wrong: list[str] = []

        @of_seed(seed)
        @tried(TRIES)
        @given(workflow=WORKFLOWS, customers=CUSTOMERS, orders=ORDERS, contacts=CONTACTS)
        def try_all(**what: Any) -> None:
            plans = [pure_plan(world, what) for world in worlds]
            assert plans[0] == plans[-1], "the stores differ"
            for world in worlds:
                check_run(world, **what)
            records = plans[0][1]
            seen["workflows"] += 1
            seen["records"] += len(records)
            seen["matching"] += sum(one["verdict"] == "match" for one in records)

        try:
            try_all()
        except AssertionError as failure:
            wrong.append("\n".join([str(failure)[:2_000], *getattr(failure, "__notes__", ())]))
        if not wrong and (seen["workflows"] < TRIES // 2 or not seen["matching"]):
            wrong.append("too little was tried")
        said = f"{seen['matching']} of {seen['records']} planned records match, on {len(worlds)} stores"
        yield Finding("13 pure plan", seen["workflows"], said=said, wrong=wrong)


def pure_plan(world: World, what: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The plan of a world, after which every table and every file is as before."""
    desk = world(**what)
    place, root = Place.at(desk.store.url), desk.workspace.root
    before = place.dump(), file_tree(root)
    found = planned(desk)
    after = place.dump(), file_tree(root)
    assert [name for name, rows in after[0].items() if before[0].get(name) != rows] == []
    assert after == before
    return found


def file_tree(root: Path) -> dict[str, str]:
    """Every file with the hash of what is in it; those of a database are compared row by row."""
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".db" not in path.name
    }


def _world(folder: Path, kind: str) -> World:
    """The empty database is made of the kind that is chosen now; its copies are of the same."""
    kept, STORES.kind = STORES.kind, kind
    try:
        return make_world(folder / kind)
    finally:
        STORES.kind = kept
