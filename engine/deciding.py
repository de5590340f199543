"""Deciding: a colleague answers a question; the first answer counts (LANGUAGE, Meaning 12)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.ledger.asks import Asks, Question
from engine.model.diagnostics import WrongUsage, nearest
from engine.model.nights import AskState
from engine.model.operands import FieldValue
from engine.model.values import stored_instant
from engine.records.session import Session
from engine.staff import colleague_meant

MOST_UP_THE_LINE = 10
"""A ring of superiors ends there (RELIABILITY F20)."""


def decide(session: Session, number: int, answer: str, by: str) -> Question:
    """Keep the answer to a question; `by` is a colleague's key or name, empty: the one who was asked.

    Raises WrongUsage where there is no such question or answer, where it is closed, or not theirs to decide.
    """
    asks = Asks(session.connection)
    question = asks.find(number)
    if question is None:
        raise WrongUsage("W670", ask=number)
    if answer not in question.answers:
        near, known = nearest(answer, question.answers), "、".join(question.answers)
        raise WrongUsage("W671", value=answer, nearest=near, known=known)
    who = (colleague_meant(session, by) or by) if by else question.person
    if who not in set(_may_decide(session, asks.asked_with(question))):
        raise WrongUsage("W672", person=by, ask=number)
    if not asks.decide(question, answer, who, session.clock):
        raise _closed(asks.find(number) or question, session)
    return asks.find(number) or question


def _closed(question: Question, session: Session) -> WrongUsage:
    is_late = question.state is AskState.OPEN and question.until <= stored_instant(session.clock.now)
    kind = str(AskState.EXPIRED if is_late else question.state)
    facts = {"answer": question.answer or "", "person": question.decided_by or ""}
    return WrongUsage("W673", kind=kind, ask=question.id, **facts)


def _may_decide(session: Session, asked: list[str]) -> Iterator[str]:
    """Those who were asked, and everybody above them."""
    people = session.tables.model.people
    for person in asked:
        above: str | None = person
        for _ in range(MOST_UP_THE_LINE):
            if above is None:
                break
            yield above
            above = None if people is None or not people.supervisor else _above(session, above)


def _above(session: Session, person: str) -> str | None:
    people = session.tables.model.people
    assert people is not None
    staff = session.tables.model.modules[people.module]
    key = session.record_key(staff, person)
    if key is None:
        return None
    field = FieldValue(staff.fields[people.supervisor], staff)
    found = session.fields_of(staff, key, {"above": field})["above"]
    return None if found is None else str(found)
