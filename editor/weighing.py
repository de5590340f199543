"""What publishing a text asks of whoever publishes: whom it may concern, who has to agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from editor.analysis import Analysis
from editor.comparing import Comparison
from editor.files import digest_of
from engine import Desk, Published, Waiting

LARGE = 100
"""More customers or messages than a person looks through before lunch: then a note says why, and the name is
typed, so that nobody publishes it by a slip of the finger."""


@dataclass(frozen=True)
class Terms:
    """What publishing asks for, and why: known at once, before it is known what it does to whom.

    `workflows` are the ids of those that become other versions. `stands_on` names all files that this was
    found with, and what runs of them: it is another as soon as anything of that is.
    """

    workflows: tuple[str, ...] = ()
    waiting: tuple[tuple[str, Waiting], ...] = ()
    asks_second: bool = False
    rule: str = "none"
    stands_on: str = ""
    is_behind: bool = False
    """Whether what was published last is another version, as where a file was changed by hand."""

    @property
    def waits(self) -> int:
        """How many enrollments wait on older versions."""
        return sum(one.count for _, one in self.waiting)


def terms_of(desk: Desk, after: Analysis, language: str) -> Terms:
    """Of a text without errors, compared with what runs now."""
    tried, rule = after.desk.workspace, desk.workspace.settings.second_person
    if after.has_errors or tried.broken_base:
        return Terms(rule=rule)
    newest = desk.releases.newest()
    is_behind = _is_behind(after, newest)
    changed = desk.releases.changed(tried)
    own = [one for one in tried.workflows if one.file == after.file and one not in changed]
    if own and is_behind:
        changed = [*own, *changed]
    held_back = desk.releases.unpublished(tried) if changed else set()
    changed = [one for one in changed if one.file == after.file or one.id not in held_back]
    writes = any(desk.releases.reaches_customers(tried, one) for one in changed)
    asks = rule == "everything" or (rule == "messages" and writes)
    asks = asks or rule not in {"none", tried.settings.second_person}  # nobody does away with it alone
    waits = desk.releases.waits_of([one.id for one in changed])
    waiting = tuple(
        (one.names.of(language), each)
        for one in changed
        for each in waits[one.id]
        if each.version != one.version
    )
    stands_on = _names(desk, after, newest)
    return Terms(tuple(one.id for one in changed), waiting, asks, rule, stands_on, is_behind)


def _names(desk: Desk, after: Analysis, newest: Mapping[str, Published]) -> str:
    sides = (desk.workspace, after.desk.workspace)
    told = [f"{one.id} {one.version}" for side in sides for one in side.workflows]
    rows = sorted(f"{key} {one.row}" for key, one in newest.items())
    return digest_of("\n".join([after.text, *told, *rows]))


def is_large(effects: Iterable[Comparison]) -> bool:
    """Whether it matters for so many that a note is asked for, and the name."""
    told = [one for one in effects if one.concerned]
    return max(sum(one.concerned for one in told), sum(one.messages for one in told)) > LARGE


def _is_behind(one: Analysis, newest: Mapping[str, Published]) -> bool:
    own = [each for each in one.desk.workspace.workflows if each.file == one.file]
    mine = (each for each in own if not one.desk.releases.stands_alone(each))
    return any(each.id not in newest or newest[each.id].version != each.version for each in mine)
