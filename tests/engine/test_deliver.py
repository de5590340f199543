"""What waits in the outbox is handed over: together where it belongs together, never twice (Meaning 18)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa

from engine import deliver
from engine.channels import Inbox
from engine.channels.parcel import InDoubt, Later, Outcome, Parcel, Refused, Sent
from engine.deliver import Deliveries, deliver_batch, deliver_messages
from engine.ledger.claims import Hand
from engine.ledger.post import Post
from engine.ledger.tables import inbox, outbox
from engine.model.diagnostics import ChannelError
from engine.posting.outlets import Outlets
from engine.posting.switch import resume_sending, stop_sending
from engine.records.session import Session
from tests.engine.small import NIGHT, Place, workspace_with

WORKSPACE = workspace_with("actions: [{stop: x}]\n")


@dataclass
class Basket:
    """A channel into a file, as it were, that keeps what it is given, or fails."""

    is_ours: ClassVar[bool] = False
    leaves: ClassVar[bool] = False

    failure: Exception | None = None
    parcels: list[Parcel] = field(default_factory=list)
    calls: int = 0
    answers: dict[str, Outcome | Exception] = field(default_factory=dict)
    is_closed: bool = False

    def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        self.calls += 1
        if self.failure is not None:
            raise self.failure
        found = [self.answers.get(one.body, Sent(f"no {one.key}")) for one in parcels]
        self.parcels += [
            one for one, answer in zip(parcels, found, strict=True) if isinstance(answer, Sent | InDoubt)
        ]
        for one in found:
            if isinstance(one, Exception):
                raise one
        return [one for one in found if not isinstance(one, Exception)]

    def known(self, keys: Collection[str]) -> frozenset[str] | None:
        return frozenset(one.key for one in self.parcels if one.key in keys)

    def close(self) -> None:
        self.is_closed = True

    @property
    def bodies(self) -> list[str]:
        return [one.body for one in self.parcels]


class Mail(Basket):
    """A channel that leaves the house, one letter at a time."""

    leaves: ClassVar[bool] = True

    def known(self, keys: Collection[str]) -> frozenset[str] | None:
        return None


NOW = NIGHT.now


@pytest.fixture(name="session")
def _session() -> Iterator[Session]:
    with Place.make(WORKSPACE, {}).session() as session:
        with session.transaction():
            assert [session.book.begin_run("wake", "v", NIGHT) for _ in range(2)] == [1, 2]
        yield session


def put(session: Session, *letters: Mapping[str, Any]) -> None:
    """Letters into the outbox, numbered from 1."""
    base = {
        "path": "actions/0",
        "run": 1,
        "kind": "message",
        "channel": "email",
        "recipient": "a@example.cn",
        "body": "x",
        "subject": None,
        "template": None,
        "urgent": 0,
        "state": "waiting",
    }
    rows = [{**base, "enrollment": n, "record": f"C{n}", **one} for n, one in enumerate(letters, start=1)]
    with session.transaction():
        session.connection.execute(outbox.insert(), rows)


def notice(person: str, body: str, **more: Any) -> dict[str, Any]:
    return {"kind": "notice", "channel": "inbox", "recipient": person, "body": body, **more}


def rows(session: Session) -> list[tuple[Any, ...]]:
    statement = sa.select(outbox.c.state, outbox.c.sent_at, outbox.c.answer).order_by(outbox.c.id)
    return [tuple(row) for row in session.connection.execute(statement)]


def states(session: Session) -> list[str]:
    return [row[0] for row in rows(session)]


def send(session: Session, **channels: Any) -> Deliveries:
    return deliver_at(NOW, session, **channels)


def deliver_at(now: datetime, session: Session, /, **channels: Any) -> Deliveries:
    outlets = Outlets(channels, worker="w1", machine=lambda: now, dice=lambda: 0.0)
    return deliver_messages(session, outlets, lambda: now)


def counts(found: Deliveries) -> tuple[int, int, int, int]:
    return found.sent, found.failed, found.dropped, found.in_doubt


def ours(session: Session) -> Inbox:
    return Inbox(Post(session.connection).put_in_inbox)


# --- what goes together ----------------------------------------------------------------------------------


def test_messages_to_customers_go_one_by_one(session: Session) -> None:
    put(session, {"body": "一", "subject": "题", "template": "唤醒"}, {"body": "二"})
    email = Basket()

    send(session, email=email)

    assert email.parcels == [
        Parcel("1/actions/0", 1, "2026-03-30T17:00:00Z", "email", "a@example.cn", "题", "一", "C1", "唤醒"),
        Parcel("2/actions/0", 1, "2026-03-30T17:00:00Z", "email", "a@example.cn", "", "二", "C2"),
    ]


def test_notices_of_one_run_to_one_person_are_one_message(session: Session) -> None:
    put(session, notice("S1", "一"), notice("S2", "二"), notice("S1", "三"), notice("S1", "四"))
    page = Basket()

    send(session, inbox=page)

    assert [(one.to, one.body) for one in page.parcels] == [("S1", "一\n三\n四"), ("S2", "二")]
    assert states(session) == ["sent"] * 4


def test_notices_of_two_runs_are_two_messages(session: Session) -> None:
    put(session, notice("S1", "一", run=1), notice("S1", "二", run=2), notice("S1", "三", run=1))
    page = Basket()

    send(session, inbox=page)

    assert [(one.run, one.body) for one in page.parcels] == [(1, "一\n三"), (2, "二")]


def test_urgent_notice_goes_alone(session: Session) -> None:
    put(
        session,
        notice("S1", "一"),
        notice("S1", "急", urgent=1),
        notice("S1", "二"),
        notice("S1", "也急", urgent=1),
    )
    page = Basket()

    send(session, inbox=page)

    assert sorted((one.body, one.urgent) for one in page.parcels) == [
        ("一\n二", False),
        ("也急", True),
        ("急", True),
    ]


def test_parcels_have_different_keys(session: Session) -> None:
    put(
        session,
        notice("S1", "一"),
        notice("S2", "二"),
        notice("S1", "急", urgent=1),
        notice("S1", "三", run=2),
    )
    page = Basket()

    send(session, inbox=page)

    assert len({one.key for one in page.parcels}) == 4


def test_two_messages_to_one_address_are_two(session: Session) -> None:
    put(session, {"body": "一"}, {"body": "一"})
    email = Basket()

    send(session, email=email)

    assert email.bodies == ["一", "一"]


def test_each_channel_gets_its_own(session: Session) -> None:
    put(
        session,
        {"channel": "sms", "body": "短"},
        {"body": "长"},
        notice("S1", "看"),
        {"channel": "sms", "body": "短二"},
    )
    email, sms, page = Basket(), Basket(), Basket()

    found = send(session, email=email, sms=sms, inbox=page)

    assert (email.bodies, sms.bodies, page.bodies) == (["长"], ["短", "短二"], ["看"])
    assert counts(found) == (4, 0, 0, 0)


# --- what is noted ---------------------------------------------------------------------------------------


def test_sent_letters_know_the_moment(session: Session) -> None:
    put(session, {})

    send(session, email=Basket())

    assert rows(session) == [("sent", "2026-03-30T17:00:00Z", None)]


def test_empty_outbox_asks_no_channel(session: Session) -> None:
    email = Basket()

    assert counts(send(session, email=email)) == (0, 0, 0, 0)
    assert email.calls == 0


def test_letters_of_a_failing_channel_wait_with_its_answer(session: Session) -> None:
    put(session, {}, {"channel": "sms"}, {})

    found = send(
        session, email=Basket(ChannelError("W702", path="out.jsonl", reason="disk full")), sms=Basket()
    )

    assert counts(found) == (1, 2, 0, 0)
    assert states(session) == ["waiting", "sent", "waiting"]
    answer = rows(session)[0][2]
    assert "W702" in answer
    assert "disk full" in answer


def test_letters_that_a_channel_did_not_take_are_tried_again_by_the_next_run(session: Session) -> None:
    put(session, {})
    send(session, email=Basket(ChannelError("W702")))

    assert counts(send(session, email=Basket())) == (1, 0, 0, 0)
    assert states(session) == ["sent"]


def test_channel_that_is_not_there_is_a_failure_with_its_name(session: Session) -> None:
    put(session, {"channel": "fax"})

    send(session, email=Basket())

    assert states(session) == ["waiting"]
    assert "W703" in rows(session)[0][2]
    assert "fax" in rows(session)[0][2]


def test_everything_is_delivered_page_by_page(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliver, "PAGE_LETTERS", 2)
    put(session, *({"body": str(number)} for number in range(5)))
    email = Basket()

    assert send(session, email=email).sent == 5
    assert (email.bodies, email.calls) == (["0", "1", "2", "3", "4"], 3)


def test_second_delivery_sends_nothing(session: Session) -> None:
    put(session, {}, notice("S1", "x"))
    send(session, email=Basket(), inbox=Basket())
    email, page = Basket(), Basket()

    send(session, email=email, inbox=page)

    assert (email.calls, page.calls) == (0, 0)


# --- killed in the middle --------------------------------------------------------------------------------


class Killed(Exception):
    """Stands for a process that ends here."""


def killed(session: Session, channel: Basket) -> None:
    with pytest.raises(Killed):
        send(session, email=channel)


def test_page_of_a_killed_process_is_settled_by_what_the_file_knows(session: Session) -> None:
    put(session, {"body": "一"}, {"body": "二"})
    email = Basket(Killed())
    killed(session, email)
    assert states(session) == ["sending", "sending"]
    email.failure, email.parcels = None, [Parcel("1/actions/0", 1, "", "email", "", "", "一")]

    assert counts(send(session, email=email)) == (2, 0, 0, 0)
    assert email.bodies == ["一", "二"]
    assert states(session) == ["sent", "sent"]


def test_letters_are_marked_before_they_leave(session: Session) -> None:
    put(session, {})
    seen: list[str] = []

    class Looking(Basket):
        def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
            seen.extend(states(session))
            return super().send(parcels)

    send(session, email=Looking())

    assert seen == ["sending"]


def test_notice_of_a_killed_process_is_on_the_page_once() -> None:
    """The inbox is in the same database: killed between the row and the mark, both are undone."""
    with Place.make(WORKSPACE, {}).session() as session:
        with session.transaction():
            session.book.begin_run("wake", "v", NIGHT)
        put(session, notice("S1", "x"))

        class Breaking(Inbox):
            def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
                super().send(parcels)
                raise Killed

        with pytest.raises(Killed):
            send(session, inbox=Breaking(ours(session).put))
        assert pages(session) == []

        send(session, inbox=ours(session))
        assert (pages(session), states(session)) == (["x"], ["sent"])


def test_letters_for_outside_are_kept_out_of_the_transaction_of_the_inbox(session: Session) -> None:
    """The e-mails of a page are in doubt when a process dies; its notices are not."""
    put(session, {"body": "信"}, notice("S1", "看"))

    with pytest.raises(Killed):
        send(session, email=Basket(Killed()), inbox=ours(session))

    assert (states(session), pages(session)) == (["sending", "sent"], ["看"])


def pages(session: Session) -> list[str]:
    return list(session.connection.execute(sa.select(inbox.c.text).order_by(inbox.c.id)).scalars())


def test_notices_reach_the_page_of_the_person(session: Session) -> None:
    put(session, notice("S1", "一"), notice("S1", "二"), notice("S8", "急", urgent=1))

    send(session, inbox=ours(session))

    found = session.connection.execute(
        sa.select(inbox.c.person, inbox.c.text, inbox.c.urgent).order_by(inbox.c.person)
    )
    assert [tuple(row) for row in found] == [("S1", "一\n二", 0), ("S8", "急", 1)]


# --- letters that leave, one by one ----------------------------------------------------------------------


def column(session: Session, name: str) -> list[Any]:
    return list(session.connection.execute(sa.select(outbox.c[name]).order_by(outbox.c.id)).scalars())


def minutes(count: float) -> datetime:
    return NOW + timedelta(minutes=count)


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

    found = [deliver_batch(session, outlets, "email", NOW, limit=2) for _ in range(4)]

    assert [(one.sent, one.is_over) for one in found] == [(2, False), (2, False), (1, False), (0, True)]


def test_batch_ends_after_half_a_minute_so_that_the_clock_is_asked_again(session: Session) -> None:
    put(session, *({"body": str(n)} for n in range(9)))
    mail = Mail()
    machine = iter(NOW + timedelta(seconds=n) for n in range(0, 9_000, 5))
    outlets = Outlets({"email": mail}, worker="w", machine=lambda: next(machine))

    found = deliver_batch(session, outlets, "email", NOW)

    assert not found.is_over
    assert 1 < found.sent < 9
    assert states(session).count("sending") == 0


def test_letters_of_a_worker_that_is_known_to_be_dead_do_not_wait_for_its_lease(session: Session) -> None:
    left_behind(session)
    outlets = Outlets({"email": Mail()}, worker="w", is_dead=lambda name: name == "dead", machine=lambda: NOW)

    assert deliver_messages(session, outlets, lambda: NOW).in_doubt == 1


# --- the stop switch -------------------------------------------------------------------------------------


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
