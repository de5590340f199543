"""How many people a mistake reaches before somebody has looked (RELIABILITY, check 2).

Whole nights with a real mail server: what is above a limit waits for a person, who is told, and nothing of it
leaves; what a person approves leaves exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.stores import POSTGRES, SQLITE
from tests.torture.crash_points import store_of_kind
from tests.torture.findings import Finding
from tests.torture.house import LETTER, ZONE, House, address, too_few, too_many

NIGHT = datetime(2026, 3, 31, 1, tzinfo=ZONE)
WORKFLOW = """\
id: NAME
name: NAME
module: 客户
trigger: {every: day, at: "01:00"}
once_per: customer
CONDITIONS
actions: [{send_template: {template: 近况, to: customer, via: email}}]
"""
ONE_GROUP = "conditions: {field: 行业, is: NAME}"
TURNED = "conditions: {field: 行业, is_not: nobody}"
"""Written the wrong way round: it selects everybody."""


@dataclass(frozen=True)
class Case:
    """Customers by group; a group of the name of a workflow is whom that one writes to.

    `guard`: by what the runs are held that are held; `leaves`: how many letters leave all the same;
    `before`: how many more there are to write to in each of the nights before.
    """

    groups: Mapping[str, int]
    guard: str
    leaves: int
    workflows: tuple[str, ...] = ("all",)
    condition: str = ONE_GROUP
    before: int = 0
    nights: int = 0


TWENTY = tuple(f"w{n:02}" for n in range(20))
CASES: Mapping[str, Case] = {
    "turned condition, 10,000": Case({"a": 9_000, "b": 1_000}, "messages", 0, condition=TURNED),
    "500 of 20,000": Case({"all": 500, "rest": 19_500}, "", 500),
    "501 of 20,000": Case({"all": 501, "rest": 19_499}, "messages", 0),
    "5 % of 2,000": Case({"all": 100, "rest": 1_900}, "", 100),
    "5 % and one": Case({"all": 101, "rest": 1_899}, "messages_share", 0),
    "three medians": Case({"all": 60, "rest": 4_000}, "", 60, before=20, nights=7),
    "three medians and one": Case({"all": 61, "rest": 4_000}, "unusual", 0, before=20, nights=7),
    "20 workflows of 400": Case(
        {**dict.fromkeys(TWENTY, 400), "rest": 2_000}, "messages_per_day", 2_000, TWENTY
    ),
}


@dataclass
class Tried:
    """What came of it."""

    letters: int = 0
    lost: int = 0
    doubled: int = 0
    held: int = 0
    wrong: list[str] = field(default_factory=list)


def findings(seed: int) -> Iterator[Finding]:
    """Every case on both databases; nothing in it is random."""
    del seed
    for kind in (SQLITE, POSTGRES):
        with store_of_kind(kind) as is_there:
            if not is_there:
                yield Finding(f"2 blast radius, {kind}", 0, said="no server on this machine")
                continue
            for name, case in CASES.items():
                with TemporaryDirectory() as folder:
                    found = tried(Path(folder) / "house", case)
                said = f"{found.letters} letters, {found.held} runs held by {case.guard or 'nothing'}"
                title = f"2 {name}, {kind}"
                yield Finding(title, 1, lost=found.lost, doubled=found.doubled, said=said, wrong=found.wrong)


def tried(root: Path, case: Case) -> Tried:
    """A night, then the approval of what it held, then a start that finds nothing more."""
    found = Tried()
    texts = {f"{one}.yaml": WORKFLOW.replace("CONDITIONS", case.condition).replace("NAME", one)
             for one in case.workflows}  # fmt: skip
    with House.opened(
        root, {"templates/t.yaml": LETTER.format(name="近况", kind="service"), **texts}
    ) as house:
        house.bring({name: count for name, count in case.groups.items() if name not in case.workflows}, NIGHT)
        for night in range(case.nights):
            house.bring({"all": case.before * (night + 1)}, NIGHT)
            house.start(NIGHT - timedelta(days=case.nights - night))
        before = house.arrived.total()
        usual = case.before * case.nights
        if before != usual:
            found.wrong.append(f"{before} letters in the nights before, not {usual}")
        written_to = {name: count + usual for name, count in case.groups.items() if name in case.workflows}
        house.bring(written_to, NIGHT)
        house.start(NIGHT)
        _check_night(house, case, usual, found)
        _approve(house, found)
        reached = case.groups if case.condition is TURNED else written_to
        wanted = [address(group, n) for group, count in reached.items() for n in range(count)]
        found.lost, found.doubled = too_few(house.arrived, wanted), too_many(house.arrived, wanted)
        found.letters = house.arrived.total()
    return found


def _check_night(house: House, case: Case, usual: int, found: Tried) -> None:
    left = house.arrived.total() - usual
    if left != case.leaves:
        found.wrong.append(f"{left} letters left before anybody approved, not {case.leaves}")
    held = house.rows("SELECT id, held FROM wakeline_runs WHERE state = 'held'")
    found.held = len(held)
    per_run = max(count for name, count in case.groups.items() if name in case.workflows or name == "a")
    expected = 0 if not case.guard else len(case.workflows) - case.leaves // per_run
    if len(held) != expected:
        found.wrong.append(f"{len(held)} runs held, not {expected}")
    found.wrong += [f"run {run}: {told}" for run, told in held if f'"guard": "{case.guard}"' not in told]
    texts = "\n".join(text for (text,) in house.rows("SELECT text FROM wakeline_inbox WHERE person = 'S9'"))
    found.wrong += [
        f"S9 is not told of run {run}" for run, _ in held if f"wakeline approve {run}" not in texts
    ]


def _approve(house: House, found: Tried) -> None:
    for (run,) in house.rows("SELECT id FROM wakeline_runs WHERE state = 'held' ORDER BY id"):
        ended = house.call(
            *("approve", str(run), "--by", "王一", "--because", "gesehen"), at=NIGHT + timedelta(hours=8)
        )
        if ended.code != 0:
            found.wrong.append(f"approve {run}: {ended.code} {ended.said[-300:]}")
    house.start(NIGHT + timedelta(hours=9))
