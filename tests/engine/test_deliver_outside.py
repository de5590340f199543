"""Letters that leave the house go one by one; a channel that fails as a whole is left alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
import sqlalchemy as sa

from engine.channels.parcel import InDoubt, Later, Outcome, Parcel, Refused, Sent
from engine.deliver import deliver_messages
from engine.ledger.post import Post
from engine.ledger.tables import outbox
from engine.model.diagnostics import ChannelError
from engine.posting.outlets import Outlets
from engine.records.session import Session
from tests.engine.deliver_world import (
    NOW,
    Mail,
    column,
    counts,
    deliver_at,
    letters_of_a_night,
    minutes,
    notice,
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


# --- letters that leave, one by one ----------------------------------------------------------------------


def test_letters_that_leave_go_one_by_one_and_keep_the_receivers_number(session: Session) -> None:
    put(session, {"body": "一"}, {"body": "二"}, {"body": "三"})
    mail = Mail()

    assert counts(send(session, email=mail)) == (3, 0, 0, 0)
    assert (mail.calls, mail.bodies, mail.is_closed) == (3, ["一", "二", "三"], True)
    assert column(session, "provider_id") == ["no 1/actions/0", "no 2/actions/0", "no 3/actions/0"]


def test_only_the_letter_in_hand_is_claimed_and_the_one_before_is_settled(session: Session) -> None:
    put(session, {}, {}, {})
    seen: list[list[str]] = []

    class Looking(Mail):
        def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
            seen.append(states(session))
            assert not session.connection.in_transaction() or session.connection.rollback() is None
            return super().send(parcels)

    send(session, email=Looking())

    assert seen == [
        ["sending", "waiting", "waiting"],
        ["sent", "sending", "waiting"],
        ["sent", "sent", "sending"],
    ]


def test_claim_is_committed_before_the_letter_leaves(session: Session) -> None:
    put(session, {})

    class Undoing(Mail):
        def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
            session.connection.rollback()
            assert states(session) == ["sending"]
            return super().send(parcels)

    assert send(session, email=Undoing()).sent == 1


def test_refused_letter_is_dead_and_says_why(session: Session) -> None:
    put(session, {"body": "一"}, {"body": "二"})
    mail = Mail(answers={"一": Refused("W717", "550 no such user")})

    assert counts(send(session, email=mail)) == (1, 1, 0, 0)
    assert states(session) == ["failed", "sent"]
    assert rows(session)[0][2] == '{"code": "W717", "answer": "550 no such user"}'


def test_letter_that_is_not_taken_now_is_tried_at_growing_intervals_and_then_dead(session: Session) -> None:
    put(session, {"body": "一"}, {"body": "二"})
    mail = Mail(answers={"一": Later("W718", "451 busy")})
    tried: list[int] = []

    for minute in range(24 * 60):
        before = mail.calls
        deliver_at(minutes(minute), session, email=mail)
        tried += [minute] if mail.calls > before else []

    assert tried == [0, 1, 5, 21, 85, 341, 701, 1061]
    assert states(session) == ["failed", "sent"]
    assert column(session, "tries") == [8, 1]
    assert "451 busy" in rows(session)[0][2]


def test_receiver_that_wants_to_be_left_alone_is(session: Session) -> None:
    put(session, {"body": "一"})
    mail = Mail(answers={"一": Later("W718", "429", after=3600)})
    send(session, email=mail)

    deliver_at(minutes(59), session, email=mail)
    assert mail.calls == 1
    deliver_at(minutes(60), session, email=mail)
    assert mail.calls == 2


def test_letter_in_doubt_is_held_when_it_is_to_a_customer(session: Session) -> None:
    put(session, {"body": "一"}, {"body": "二"})
    mail = Mail(answers={"一": InDoubt("timed out")})

    assert counts(send(session, email=mail)) == (1, 0, 0, 1)
    deliver_at(minutes(9999), session, email=mail)

    assert (mail.bodies, states(session)) == (["一", "二"], ["in_doubt", "sent"])


def test_notice_in_doubt_goes_once_more_under_the_same_key(session: Session) -> None:
    put(session, notice("S1", "一", channel="email"), notice("S1", "二", channel="email"))
    mail = Mail(answers={"一\n二": InDoubt("timed out")})
    send(session, email=mail)
    put(session, notice("S1", "三", channel="email", enrollment=9))
    mail.answers.clear()

    deliver_at(minutes(1), session, email=mail)

    assert mail.bodies == ["一\n二", "一\n二", "三"]
    keys = [one.key for one in mail.parcels]
    assert keys[0] == keys[1] != keys[2]
    assert states(session) == ["sent", "sent", "sent"]


def test_channel_may_say_what_is_done_in_doubt(session: Session) -> None:
    put(session, {"body": "一"}, notice("S1", "二", channel="email"))
    mail = Mail(answers={"一": InDoubt(), "二": InDoubt()})
    wishes = {"email": "resend"}
    outlets = Outlets({"email": mail}, on_doubt=wishes, worker="w", dice=lambda: 0.0)

    deliver_messages(session, outlets, lambda: NOW)
    assert states(session) == ["waiting", "waiting"]

    wishes["email"] = "hold"
    deliver_messages(session, outlets, lambda: minutes(2))
    assert states(session) == ["in_doubt", "in_doubt"]


# --- addresses that are refused --------------------------------------------------------------------------

NOBODY = Refused("W717", "550 5.1.1", is_address=True)


def sent_to(session: Session, *answers: tuple[str, Outcome]) -> list[str]:
    """What becomes of letters to these addresses, one after the other, when they are answered so."""
    put(session, *({"recipient": to, "body": str(n)} for n, (to, _) in enumerate(answers)))
    mail = Mail(answers={str(n): answer for n, (_, answer) in enumerate(answers)})
    for number in range(1, len(answers) + 1):  # in the order that is written here
        later = sa.update(outbox).where(outbox.c.id > number).values(not_before="2999-01-01T00:00:00Z")
        now = sa.update(outbox).where(outbox.c.id == number).values(not_before=None)
        with session.transaction():
            session.connection.execute(later)
            session.connection.execute(now)
        send(session, email=mail)
    return states(session)


def test_address_that_is_refused_twice_is_written_to_no_more(session: Session) -> None:
    told = sent_to(
        session,
        ("a@example.cn", NOBODY),
        ("A@Example.cn ", NOBODY),
        ("a@example.cn", Sent()),
        ("b@example.cn", Sent()),
    )

    assert told == ["failed", "failed", "suppressed", "sent"]
    assert rows(session)[2][2] == '{"code": "W725"}'


def test_address_that_took_a_letter_begins_anew(session: Session) -> None:
    told = sent_to(session, *(("a@example.cn", one) for one in (NOBODY, Sent(), NOBODY, Sent())))

    assert told == ["failed", "sent", "failed", "sent"]


def test_refusals_of_letters_say_nothing_of_their_address(session: Session) -> None:
    told = sent_to(session, *[("a@example.cn", Refused("W717", "554 spam"))] * 2, ("a@example.cn", Sent()))

    assert told == ["failed", "failed", "sent"]


# --- a channel that fails as a whole ---------------------------------------------------------------------


def test_failing_channel_is_tried_once_a_call_and_its_letters_wait(session: Session) -> None:
    put(session, *({"body": str(n)} for n in range(3)), {"channel": "sms"})
    mail, sms = Mail(ChannelError("W712", host="h", port=25, reason="down")), Mail()

    found = send(session, email=mail, sms=sms)

    assert counts(found) == (1, 3, 0, 0)
    assert [one.code for one in found.told] == ["W712"]
    assert (mail.calls, states(session)) == (1, ["waiting", "waiting", "waiting", "sent"])
    assert "down" in rows(session)[0][2]


def test_letter_that_breaks_the_channel_does_not_block_the_others(session: Session) -> None:
    put(session, {"body": "毒"}, {"body": "一"}, {"body": "二"})
    mail = Mail(answers={"毒": ChannelError("W712", host="h", port=25, reason="closed")})

    send(session, email=mail)
    deliver_at(minutes(0.5), session, email=mail)

    assert (mail.bodies, states(session)) == (["一", "二"], ["waiting", "sent", "sent"])


def test_channel_that_keeps_failing_is_left_alone_and_others_go_on(session: Session) -> None:
    put(session, *({"body": str(n)} for n in range(99)))
    mail, tried = Mail(ChannelError("W712", host="h", port=25, reason="down")), []
    for second in range(0, 3600, 5):
        before = mail.calls
        deliver_at(NOW + timedelta(seconds=second), session, email=mail)
        tried += [second] if mail.calls > before else []

    assert tried == [0, 5, 10, 15, 20, 50, 110, 230, 470, 950, 1850, 2750]

    put(session, {"channel": "sms", "enrollment": 999})
    found = deliver_at(minutes(60), session, email=mail, sms=Mail())
    assert (found.sent, [one.code for one in found.told]) == (1, ["W723"])


def test_channel_that_works_again_starts_anew(session: Session) -> None:
    put(session, *({"body": str(n)} for n in range(9)))
    mail = Mail(ChannelError("W712", host="h", port=25, reason="down"))
    for second in range(6):
        deliver_at(NOW + timedelta(seconds=second), session, email=mail)
    mail.failure = None
    assert deliver_at(minutes(1), session, email=mail).sent > 0
    mail.failure = ChannelError("W712", host="h", port=25, reason="down")
    put(session, {"body": "later", "enrollment": 99})

    found = deliver_at(minutes(2), session, email=mail)

    assert [one.code for one in found.told] == ["W712"]
    assert Post(session.connection).facts.get("channel/email") == '{"failures": 1, "until": null}'
