"""A database that is set back, or copied, sends nothing until somebody confirms (RELIABILITY, check 9).

A thousand letters leave by a real mail server after the backup; after the restore the house works on as if
nothing had been. The mail server, which nobody can set back, says what came twice.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.stores import POSTGRES, SQLITE, Place
from tests.torture.crash_night import faults
from tests.torture.crash_points import store_of_kind
from tests.torture.findings import Finding
from tests.torture.house import LETTER, WIDE, ZONE, House, address, too_few, too_many

LETTERS, NEW = 1_000, 20
NIGHT = datetime(2026, 3, 31, 1, tzinfo=ZONE)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
FILES = {
    "templates/t.yaml": LETTER.format(name="近况", kind="service"),
    **{
        f"{name}.yaml": f"""\
id: {name}
name: {name}
module: 客户
trigger: {{every: day, at: "01:00"}}
once_per: customer
guard: {{at_most: 2000, share: 100 %}}
conditions: {{field: 行业, is: {name}}}
actions: [{{send_template: {{template: 近况, to: customer, via: email}}}}]
"""
        for name in ("early", "old", "new")
    },
}


@dataclass
class Story:
    """One house, its backup, and what was wrong on the way."""

    house: House
    oldest: Place
    """A backup from before the first letter."""
    letters: int
    wrong: list[str] = field(default_factory=list)

    def expect(self, what: str, *, arrived: int, said: str = "") -> None:
        """So many letters have arrived by now."""
        found = self.house.arrived.total()
        if found != arrived:
            self.wrong.append(f"{what}: {found} letters, not {arrived} {said}")

    def starts(self, at: datetime, times: int = 2, **others: House) -> str:
        """The timer, hour after hour; what it said the last time."""
        house = others.get("house", self.house)
        return [house.start(at + n * HOUR).said for n in range(times)][-1]

    def confirm(self, house: House, at: datetime) -> None:
        """A person says that this is the place to send from."""
        ended = house.call("confirm-sending", "--by", "王一", at=at)
        if ended.code != 0:
            self.wrong.append(f"confirm-sending: {ended.said}")


def findings(seed: int) -> Iterator[Finding]:
    """On both databases; nothing in it is random."""
    del seed
    for kind in (SQLITE, POSTGRES):
        with store_of_kind(kind) as is_there:
            if not is_there:
                yield Finding(f"9 restored, {kind}", 0, said="no server on this machine")
                continue
            for name, tell in STORIES.items():
                with TemporaryDirectory() as folder:
                    yield told(f"9 restored, {kind}, {name}", Path(folder), LETTERS, tell)


def told(title: str, folder: Path, letters: int, tell: Callable[[Story], int]) -> Finding:
    """One story, and whether the mail server knows of every letter once."""
    with House.opened(folder / "house", FILES, WIDE) as house:
        house.bring({"early": 1}, NIGHT - DAY)
        story = Story(house, house.store.copied("oldest"), letters)
        house.start(NIGHT - DAY)
        story.expect("the eve", arrived=1)
        house.bring({"old": letters}, NIGHT)
        new = tell(story)
        sizes = {"early": 1, "old": letters, "new": new}
        wanted = [address(group, n) for group, count in sizes.items() for n in range(count)]
        arrived = house.arrived
        return Finding(
            title,
            arrived.total(),
            lost=too_few(arrived, wanted),
            doubled=too_many(arrived, wanted),
            said=f"{letters} letters between backup and restore, {new} after it",
            wrong=[*story.wrong, *faults(house.store)],
        )


# --- what happens ---------------------------------------------------------------------------------


def before_the_letters(story: Story) -> int:
    """The backup has the letters, which wait: sending was stopped when it was made."""
    house = story.house
    house.call("stop-sending", "--by", "王一", "--because", "Sicherung", at=NIGHT)
    house.start(NIGHT)
    story.expect("stopped", arrived=1)
    backup = house.store.copied("backup")
    house.call("resume-sending", "--by", "王一", at=NIGHT + HOUR)
    house.start(NIGHT + HOUR)
    story.expect("the night", arrived=1 + story.letters)
    house.store.set_back(backup)
    house.call("resume-sending", "--by", "王一", at=NIGHT + 2 * HOUR)
    return _goes_on(story, "W721")


def before_the_run(story: Story) -> int:
    """The backup knows nothing of the night: it is run anew, and its letters have other numbers."""
    house = story.house
    backup = house.store.copied("backup")
    house.start(NIGHT)
    story.expect("the night", arrived=1 + story.letters)
    house.store.set_back(backup)
    return _goes_on(story, "W721")


def before_anything_left(story: Story) -> int:
    """The backup is of a database that never sent a letter: it has no number, and does not know its place."""
    house = story.house
    house.start(NIGHT)
    story.expect("the night", arrived=1 + story.letters)
    house.store.set_back(story.oldest)
    house.bring({"old": story.letters}, NIGHT)
    return _goes_on(story, "W720")


def with_its_log_lost(story: Story) -> int:
    """The log of what has left is gone, too; nothing leaves, and somebody puts it back."""
    house = story.house
    backup, log = house.store.copied("backup"), house.root / ".wakeline" / "sent.log"
    house.start(NIGHT)
    story.expect("the night", arrived=1 + story.letters)
    house.store.set_back(backup)
    kept = log.rename(log.with_name("kept"))
    if "W747" not in (said := story.starts(NIGHT + HOUR)):
        story.wrong.append(f"nobody is told W747: {said[-300:]}")
    story.expect("without its log", arrived=1 + story.letters)
    kept.rename(log)
    return _goes_on(story, "W721")


def without_its_papers(story: Story) -> int:
    """The folder beside the workspace is gone, the database is not: it may be a copy for all we know."""
    house = story.house
    house.start(NIGHT)
    story.expect("the night", arrived=1 + story.letters)
    for name in ("sent.log", "instance.json"):
        (house.root / ".wakeline" / name).unlink()
    return _goes_on(story, "W720")


def _goes_on(story: Story, code: str) -> int:
    """New customers come; nothing leaves before somebody confirms, and then nothing twice."""
    house, at = story.house, NIGHT + DAY
    house.bring({"new": NEW}, at)
    said = story.starts(NIGHT + 3 * HOUR) + story.starts(at)
    story.expect("before it is confirmed", arrived=1 + story.letters)
    if code not in said:
        story.wrong.append(f"nobody is told {code}: {said[-300:]}")
    story.confirm(house, at + 4 * HOUR)
    story.starts(at + 5 * HOUR)
    return NEW


def copied(story: Story) -> int:
    """A copy of house and database, to try something out: it has all the letters before it and sends none."""
    house = story.house
    house.call("stop-sending", "--by", "王一", "--because", "Kopie", at=NIGHT)
    house.start(NIGHT)
    other = house.root.with_name("other")
    shutil.copytree(house.root, other)
    copy = replace(house, root=other, store=house.store.copied("other"))
    copy.call("resume-sending", "--by", "李二", at=NIGHT)
    said = story.starts(NIGHT + HOUR, house=copy) + story.starts(NIGHT + DAY, house=copy)
    story.expect("the copy", arrived=1)
    if "W720" not in said:
        story.wrong.append(f"the copy is not told W720: {said[-300:]}")
    house.call("resume-sending", "--by", "王一", at=NIGHT + DAY)
    house.start(NIGHT + DAY)
    story.expect("the house itself", arrived=1 + story.letters)
    return 0


STORIES: dict[str, Callable[[Story], int]] = {
    "letters in the backup": before_the_letters,
    "run after the backup": before_the_run,
    "database lost": before_anything_left,
    "log lost": with_its_log_lost,
    "papers lost": without_its_papers,
    "copy": copied,
}
