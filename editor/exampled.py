"""The examples of the workflows of a text: which hold, worked out a few at a time, as often as somebody asks.

Some files need seconds for their examples. A question works for a moment and tells what is known by then;
whoever wants the rest asks again. So nothing goes on for a text that nobody sees any more.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Lock
from time import monotonic

from flask import current_app

from editor.analysis import Analysis
from editor.forms.elements import Path
from engine import LANGUAGES, Desk, ExampleTold, Problems, Sequence, tell_example, tell_standing

EXAMPLES = "tests"
"""The key of a workflow under which its examples stand."""

_KEPT = 64
_PATIENCE = 1.0
"""Seconds that one question works; the example it is at is finished."""


@dataclass
class Tried:
    """The examples of one workflow as it stands in a text, as far as they have been tried."""

    workflow: str
    file: str
    count: int
    told: list[Mapping[str, ExampleTold]] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock, repr=False)

    @property
    def is_known(self) -> bool:
        """Whether all of them have been tried."""
        return len(self.told) >= self.count

    def broken(self, language: str) -> list[ExampleTold]:
        """Those that do not hold."""
        return [one[language] for one in self.told if not one[language].holds]

    def standing(self, language: str) -> str:
        """How many hold, in one sentence."""
        return tell_standing(self.count, len(self.broken(language)), language)


class Examples:
    """What has been found out, by all that it depends on: the text and the files beside it."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Tried] = OrderedDict()
        self._lock = Lock()

    def of(self, desk: Desk, workflow: str) -> Tried | None:
        """What is known of a workflow; None where it has no examples, or is none as long as it is broken."""
        found = None if desk.workspace.broken_base else desk.workspace.workflow(workflow)
        if found is None or not found.examples:
            return None
        key = _key(desk, found.file)
        with self._lock:
            tried = self._known.setdefault(key, Tried(found.id, found.file, len(found.examples)))
            self._known.move_to_end(key)
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return tried

    def go_on(self, desk: Desk, some: Iterable[Tried]) -> None:
        """Try more of them, for a moment."""
        until = monotonic() + _PATIENCE
        for tried in some:
            if not tried.is_known and tried.lock.acquire(timeout=max(0.0, until - monotonic())):
                try:
                    _try(desk, tried, until)
                finally:
                    tried.lock.release()
            if monotonic() >= until:
                return


def _try(desk: Desk, tried: Tried, until: float) -> None:
    """At least one more."""
    if tried.is_known:
        return
    problems, seen = Problems(), 0
    for outcome in desk.examples_of(tried.workflow, problems, since=len(tried.told)):
        wrong, seen = problems.found[seen:], len(problems.found)
        tried.told.append({one: tell_example(outcome, desk.workspace, one, wrong) for one in LANGUAGES})
        if monotonic() >= until:
            return


def _key(desk: Desk, file: str) -> str:
    """Another one as soon as the file, or one that all workflows stand on, says something else."""
    documents, digest = desk.workspace.documents, sha256()
    for name in (*sorted(desk.workspace.base_files), file):
        for part in (name, documents[name].text):
            digest.update(part.encode("utf-8", errors="replace") + b"\0")
    return digest.hexdigest()


def examples_here() -> Examples:
    """What this server has found out."""
    found = current_app.extensions["examples"]
    assert isinstance(found, Examples)
    return found


# --- in a form ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Marks:
    """What the form of a workflow shows of its examples: of each what is known, in the order of the file.

    `standing` says how many hold, as soon as all are known.
    """

    told: tuple[ExampleTold, ...] = ()
    standing: str = ""
    is_barred: bool = False
    """Whether the text has mistakes, so that nothing can be tried."""

    @property
    def is_known(self) -> bool:
        """Whether there is nothing more to find out."""
        return self.is_barred or bool(self.standing)

    @property
    def all_hold(self) -> bool:
        """Whether none is broken, as far as they are known."""
        return all(one.holds for one in self.told)

    def of(self, path: Path) -> ExampleTold | None:
        """What is known of the example at a place."""
        number = path[1] if len(path) == 2 and path[0] == EXAMPLES else None
        return self.told[number] if isinstance(number, int) and number < len(self.told) else None


def marks_of(found: Analysis, *, goes_on: bool = False) -> Marks | None:
    """Of a text on the screen; None where it has no examples. With `goes_on` more of them are tried."""
    written = None if found.document.root is None else found.document.root.get(EXAMPLES)
    if not isinstance(written, Sequence) or not written.items:
        return None
    examples = examples_here()
    tried = None if found.id is None else examples.of(found.desk, found.id)
    if tried is None or tried.count != len(written.items):
        return Marks(is_barred=True)
    if goes_on:
        examples.go_on(found.desk, [tried])
    told = tuple(one[found.language] for one in tuple(tried.told))
    return Marks(told, tried.standing(found.language) if tried.is_known else "")


# --- before publishing --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Broken:
    """A workflow some of whose examples do not hold: how many of how many, and which."""

    name: str
    file: str
    standing: str
    told: tuple[ExampleTold, ...]


@dataclass(frozen=True)
class Held:
    """Which examples what is to be published does not keep to, as far as they have been tried."""

    broken: tuple[Broken, ...] = ()
    is_known: bool = True


def held_of(after: Analysis, workflows: Iterable[str], *, goes_on: bool = False) -> Held:
    """Of all workflows that become others by a text; with `goes_on` more of their examples are tried."""
    desk, examples, language = after.desk, examples_here(), after.language
    if after.has_errors:
        return Held()
    own = () if after.id is None else (after.id,)  # what only its examples say makes no other version
    found = (examples.of(desk, one) for one in dict.fromkeys((*own, *workflows)))
    some = [one for one in found if one is not None]
    if goes_on:
        examples.go_on(desk, some)
    names = {one.id: one.names.of(language) for one in desk.workspace.workflows}
    broken = tuple(
        Broken(names[one.workflow], one.file, one.standing(language), tuple(one.broken(language)))
        for one in some
        if one.broken(language)
    )
    return Held(broken, all(one.is_known for one in some))
