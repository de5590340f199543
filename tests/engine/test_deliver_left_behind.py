"""Letters that a dead worker had in hand, and the switch that stops them all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest

from engine.channels.parcel import Outcome, Parcel
from engine.deliver import deliver_channel, deliver_messages
from engine.ledger.claims import Hand
from engine.ledger.post import Post
from engine.posting.outlets import Outlets
from engine.posting.switch import CLOCK_JUMP, resume_sending, stop_sending
from engine.records.session import Session
from tests.engine.deliver_world import (
    NOW,
    Basket,
    Mail,
    deliver_at,
    letters_of_a_night,
    minutes,
    notice,
    ours,
    pages,
    put,
    rows,
    send,
    states,
)

pytestmark = pytest.mark.usefixtures("each_store")


@pytest.fixture(name="session")
def _session() -> Iterator[Session]:
    with letters_of_a_night() as session:
        yield session


# --- letters of the dead ---------------------------------------------------------------------------------


def left_behind(session: Session, worker: str = "dead") -> None:
    put(session, {"body": "一"}, {"body": "二"}, notice("S1", "三", channel="email"))
    for each in (1, 3):
        letters = [one for one in Post(session.connection).due("email", NOW, 9) if one.id == each]
        with session.transaction():
            Post(session.connection).claim(letters, Hand(worker, NOW), NOW)


def test_letter_of_a_dead_worker_is_in_doubt_once_its_claim_is_old(session: Session) -> None:
    left_behind(session)
    mail = Mail()

    deliver_at(minutes(5), session, email=mail)
    assert (mail.bodies, states(session)) == (["二"], ["sending", "sent", "sending"])

    found = deliver_at(minutes(5.1), session, email=mail)
    assert found.in_doubt == 1
    assert states(session) == ["in_doubt", "sent", "waiting"]
    assert '"W724"' in rows(session)[0][2]

    deliver_at(minutes(7), session, email=mail)
    assert (mail.bodies, states(session)) == (["二", "三"], ["in_doubt", "sent", "sent"])


def test_worker_that_comes_back_finds_its_own_at_once(session: Session) -> None:
    left_behind(session, worker="w1")

    assert send(session, email=Mail()).in_doubt == 1
    assert states(session) == ["in_doubt", "sent", "waiting"]


def test_answer_that_comes_late_still_counts(session: Session) -> None:
    """A worker that was asleep past its lease knows more than who found its letter."""
    put(session, {"body": "一"})

    class Asleep(Mail):
        def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
            other = Outlets({"email": Mail()}, worker="w2", machine=lambda: minutes(6))
            deliver_messages(session, other, lambda: minutes(6))
            assert states(session) == ["in_doubt"]
            return super().send(parcels)

    send(session, email=Asleep())

    assert states(session) == ["sent"]


def test_batch_does_no_more_than_it_is_asked_for(session: Session) -> None:
    put(session, *({"body": str(n)} for n in range(5)))
    mail = Mail()
    outlets = Outlets({"email": mail}, worker="w")

    found = [deliver_channel(session, outlets, "email", NOW, limit=2) for _ in range(4)]

    assert [(one.sent, one.is_over) for one in found] == [(2, False), (2, False), (1, False), (0, True)]


def test_batch_ends_after_half_a_minute_so_that_the_clock_is_asked_again(session: Session) -> None:
    put(session, *({"body": str(n)} for n in range(9)))
    mail = Mail()
    machine = iter(NOW + timedelta(seconds=n) for n in range(0, 9_000, 5))
    outlets = Outlets({"email": mail}, worker="w", machine=lambda: next(machine))

    found = deliver_channel(session, outlets, "email", NOW)

    assert not found.is_over
    assert 1 < found.sent < 9
    assert states(session).count("sending") == 0


def test_letters_of_a_worker_that_is_known_to_be_dead_do_not_wait_for_its_lease(session: Session) -> None:
    left_behind(session)
    outlets = Outlets({"email": Mail()}, worker="w", is_dead=lambda name: name == "dead", machine=lambda: NOW)

    assert deliver_messages(session, outlets, lambda: NOW).in_doubt == 1


# --- the stop switch -------------------------------------------------------------------------------------


def test_nothing_leaves_by_a_clock_that_nobody_has_confirmed_but_pages_are_written(session: Session) -> None:
    """RELIABILITY F4: by a wrong clock it may be somebody's night."""
    put(session, {}, notice("S1", "看"))
    facts, mail = Post(session.connection).facts, Mail()
    with session.transaction():
        facts.put(CLOCK_JUMP, "2026-04-02T02:00:00Z")

    found = send(session, email=mail, inbox=ours(session))

    assert (mail.calls, pages(session), [one.code for one in found.told]) == (0, ["看"], ["W650"])
    with session.transaction():
        facts.forget(CLOCK_JUMP)
    send(session, email=mail)
    assert mail.calls == 1


def test_nothing_leaves_while_sending_is_stopped_but_pages_are_written(session: Session) -> None:
    put(session, {}, {"channel": "paper"}, notice("S1", "看"))
    post = Post(session.connection)
    with session.transaction():
        stop_sending(post, "小王", "写错了", NOW)
    mail, paper = Mail(), Basket()

    found = send(session, email=mail, paper=paper, inbox=ours(session))

    assert (mail.calls, paper.calls, pages(session)) == (0, 0, ["看"])
    assert [(one.code, one.facts["name"], one.facts["reason"]) for one in found.told] == [
        ("W722", "小王", "写错了")
    ]
    with session.transaction():
        assert resume_sending(post)
        assert not resume_sending(post)
    assert send(session, email=mail, paper=paper).sent == 2


def test_stop_takes_effect_before_the_next_letter(session: Session) -> None:
    put(session, *({"body": str(n)} for n in range(9)))

    class Pressed(Mail):
        def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
            if self.calls == 2:
                with session.transaction():
                    stop_sending(Post(session.connection), "小王", "", NOW)
            return super().send(parcels)

    mail = Pressed()
    send(session, email=mail)

    assert mail.bodies == ["0", "1", "2"]
    assert states(session) == ["sent"] * 3 + ["waiting"] * 6
