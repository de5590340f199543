"""The keys of the records in one part of a dry run, page by page: those of a verdict, those that miss or lack
a single condition.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from engine.model.effects import Draft
from engine.model.predicates import leaves, wanted
from engine.model.workflow import Workflow
from engine.records.matched import Matched
from engine.records.session import Session


@dataclass(frozen=True)
class Asked:
    """The records of a workflow whose whole condition answers so (None: unknown).

    Of those that say yes, `bars` may stand first in the way, numbered from 1, 0 for none; `but`: without
    those that were matched.
    """

    answer: bool | None
    bars: tuple[int, ...] = (0,)
    but: Matched | None = None


@dataclass(frozen=True)
class Single:
    """The records that match but for one condition, by its path; or, if `unknown`, that cannot answer it."""

    path: str
    unknown: bool = False


def keys_in(
    session: Session, workflow: Workflow, draft: Draft, part: Asked | Single, *, first: int, limit: int
) -> list[str | int]:
    """In the order of the keys, from one number (counted from 0) on, at most so many."""
    chosen = _single(session, workflow, draft, part) if isinstance(part, Single) else None
    if chosen is None:
        assert isinstance(part, Asked)
        chosen = _asked(session, workflow, draft, part)
    statement = chosen.order_by(chosen.selected_columns[0]).offset(first).limit(limit)
    return list(session.connection.execute(statement).scalars())


def _asked(session: Session, workflow: Workflow, draft: Draft, part: Asked) -> sa.Select[Any]:
    inner = session.answering(workflow, draft).each().subquery("answers")
    whole = inner.c.whole.is_(None) if part.answer is None else inner.c.whole == int(part.answer)
    tests = [whole]
    if part.answer:
        tests.append(inner.c.bar.in_(part.bars))
    if part.but is not None:
        tests.append(inner.c.id.not_in(sa.select(part.but.table.c.id)))
    return sa.select(inner.c.id).where(*tests)


def _single(session: Session, workflow: Workflow, draft: Draft, part: Single) -> sa.Select[Any] | None:
    condition, answering = workflow.condition, session.answering(workflow, draft)
    asked = [] if condition is None else list(zip(leaves(condition), wanted(condition), strict=True))
    number = next(number for number, (leaf, _) in enumerate(asked) if leaf.path == part.path)
    if part.unknown:
        inner = answering.each().subquery("answers")
        return sa.select(inner.c.id).where(inner.c[f"l{number}"].is_(None))
    return answering.missing(number, right=asked[number][1])
