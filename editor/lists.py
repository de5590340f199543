"""The lists of what happened: who may see each, by what it is narrowed, what of it has an address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from editor.rights import Right
from engine import AskState, Cause, EventState, LetterState, RunState, Walking

PAGE = 50
"""Rows on a page."""
MOST = 10_000
"""Rows of one CSV or JSON answer; `page` brings the next ones."""


class Kind(StrEnum):
    """What a filter takes."""

    WORDS = "text"
    NUMBER = "number"
    DAY = "date"
    CHOICE = "choice"
    WORKFLOW = "workflow"


@dataclass(frozen=True)
class Filter:
    """One parameter of a list's address; `texts` begins the keys of what choices are called."""

    name: str
    kind: Kind
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Listed:
    """A list: its name in the ledger and in its address, the right it asks for, its filters."""

    name: str
    right: Right
    filters: tuple[Filter, ...]
    is_tab: bool = True


def _choice(name: str, known: Iterable[str]) -> Filter:
    return Filter(name, Kind.CHOICE, tuple(str(one) for one in known))


_WORKFLOW = Filter("workflow", Kind.WORKFLOW)
_RECORD, _PERSON = Filter("record", Kind.WORDS), Filter("person", Kind.WORDS)
_RUN = Filter("run", Kind.NUMBER)

LISTS: Mapping[str, Listed] = MappingProxyType(
    {
        one.name: one
        for one in (
            Listed(
                "runs",
                Right.READ,
                (
                    _WORKFLOW,
                    _choice("state", RunState),
                    _choice("cause", Cause),
                    Filter("since", Kind.DAY),
                    Filter("until", Kind.DAY),
                ),
            ),
            Listed("enrollments", Right.RECORDS, (_WORKFLOW, _RECORD, _RUN, _choice("state", Walking))),
            Listed("journal", Right.RECORDS, (_WORKFLOW, _RECORD, _RUN)),
            Listed("failures", Right.RECORDS, (_WORKFLOW, _RECORD, _RUN)),
            Listed("outbox", Right.RECORDS, (_WORKFLOW, _RECORD, _RUN, _choice("state", LetterState))),
            Listed("inbox", Right.RECORDS, (_PERSON, _RUN)),
            Listed("events", Right.RECORDS, (_WORKFLOW, _RECORD, _choice("state", EventState))),
            Listed(
                "asks", Right.DECIDE, (_WORKFLOW, _RECORD, _PERSON, _choice("state", AskState)), is_tab=False
            ),
        )
    }
)

UNSORTED = frozenset({"details", "text", "happened", "barred", "reason", "answers", "question"})
"""Columns that hold sentences: nobody looks for them in an order."""
COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "runs": ("run", "workflow", "cause", "state", "at", "started", "woken", "failed", "barred"),
        "enrollments": ("record", "workflow", "started_on", "state", "until", "reason"),
        "journal": ("record", "kind", "details", "workflow", "run"),
        "failures": ("record", "details", "workflow", "run"),
        "outbox": ("text", "recipient", "channel", "workflow", "state", "reason"),
        "asks": ("question", "record", "workflow", "person", "until", "state"),
        "inbox": ("person", "at", "text"),
        "events": ("record", "happened", "workflow", "at", "state", "reason"),
    }
)
"""What a page shows of a list, in this order; numbers and places are in the CSV and the JSON."""
NUMBERS = frozenset({"started", "woken", "failed"})
"""Columns of figures, which end in line."""
