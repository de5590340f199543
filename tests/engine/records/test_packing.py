"""What is packed of a module is what its records answer one by one, and it is kept once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.ledger.agenda import Agenda
from engine.model.moments import Clock, Length, Unit
from engine.model.nights import Cause
from engine.pipeline import Selected, prepare
from engine.recording import record_answers, recorded_of
from engine.records import packing
from engine.records.packing import Packed, Packing, answers_of, place_of
from engine.records.session import Session
from engine.shapes.reading import Recording
from tests.engine.records.test_answering import BARS, NOTHING, RECORDS, place
from tests.engine.small import NIGHT, Place

pytestmark = pytest.mark.usefixtures("each_store")

ALL = Recording(details_of=0)


def packed(session: Session, found: Place, begin: Iterable[str] = ()) -> list[Packed]:
    return list(Packing(session.connection, session.answering(found.workflow, NOTHING)).parts(list(begin)))


@pytest.mark.parametrize("leaves", [1, 9, 10, 28])
@pytest.mark.parametrize("more", ["", BARS])
def test_the_signs_of_a_record_are_its_answers(leaves: int, more: str) -> None:
    """Ten leaves are more than one sign holds."""
    found = place(leaves, more)
    with found.session() as session:
        (part,) = packed(session, found)
        for key in RECORDS:
            number = place_of(part.keys, key)
            assert number is not None
            told = answers_of(found.workflow, [one[number] for one in part.signs])
            assert told == session.answers_of(found.workflow, NOTHING, key)
        assert place_of(part.keys, "C") is place_of(part.keys, "C100") is None


def test_parts_begin_where_they_began_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "PART_RECORDS", 4)
    found, keys = place(2), sorted(RECORDS)
    with found.session() as session:
        assert [part.keys.split("\n") for part in packed(session, found)] == [keys[:4], keys[4:8], keys[8:]]
        assert [part.keys.split("\n") for part in packed(session, found, [keys[0], keys[3]])] == [
            keys[:3],
            keys[3:7],
            keys[7:],
        ]


def recorded(found: Place, recording: Recording = ALL, clock: Clock = NIGHT) -> int:
    """A run that records what it finds, and its number."""
    with found.session(clock) as session, session.transaction():
        run = Agenda(session.connection).put(found.workflow.id, "v", Cause.HAND, clock)
        again(found, session, run, recording)
    return run


def again(found: Place, session: Session, run: int, recording: Recording = ALL) -> None:
    prepared = prepare(session, found.workspace, found.workflow)
    record_answers(session, recording, Selected((prepared,), prepared.checked, None), run)
    prepared.matched.close()


def rows(found: Place, table: str) -> int:
    with found.session() as session:
        return int(session.connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


def test_keys_that_stay_are_kept_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "PART_RECORDS", 4)
    found = place(2)
    recorded(found)
    recorded(found)
    found.bring({"客户": {"C99": {"客户名称": "某"}}})
    recorded(found)

    assert rows(found, "wakeline_answers") == 9
    assert rows(found, "wakeline_answer_keys") == 4, "three parts, and the last one once more"


def test_a_run_that_is_opened_again_records_what_it_finds_then() -> None:
    found = place(2)
    run = recorded(found)
    found.bring({"客户": {"C1": {"客户层级": "C", "客户名称": "别的"}}})
    with found.session() as session, session.transaction():
        again(found, session, run)
        known = recorded_of(session, found.workflow, "C1", run)

    assert known is not None
    assert known.answers.leaves == (False, False)
    assert rows(found, "wakeline_recordings") == 1


def test_what_is_too_old_is_forgotten() -> None:
    found, kept = place(2), replace(ALL, keep=Length(10, Unit.DAYS))
    runs = [
        recorded(found, kept, replace(NIGHT, now=NIGHT.now + timedelta(days=days))) for days in (0, 10, 11)
    ]

    with found.session() as session:
        known = [recorded_of(session, found.workflow, "C1", run) is not None for run in runs]
    assert known == [False, True, True]
    assert rows(found, "wakeline_answer_keys") == 1


def test_keys_that_hold_a_line_end_are_not_taken_for_others() -> None:
    found = place(1)
    found.bring({"客户": {"X\nC5": {"客户名称": "某", "客户层级": "A"}}})
    run = recorded(found, Recording())

    with found.session() as session:
        odd, plain = (recorded_of(session, found.workflow, key, run) for key in ("X\nC5", "C5"))
    assert odd is not None
    assert plain is not None
    assert (odd.answers.leaves, odd.has_values) == ((True,), True)
    assert plain.answers.leaves == (False,)


def test_a_rehearsal_records_nothing() -> None:
    found = place(1)
    with found.session() as session:
        again(found, replace(session, rehearsing=True), 7)

    assert rows(found, "wakeline_recordings") == 0
