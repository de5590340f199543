"""What waits in the outbox is handed over: together where it belongs together, never twice (Meaning 18)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
import sqlalchemy as sa

from engine import deliver
from engine.channels import Inbox
from engine.channels.parcel import Outcome, Parcel
from engine.ledger.tables import inbox
from engine.model.diagnostics import ChannelError
from engine.records.session import Session
from tests.engine.deliver_world import (
    WORKSPACE,
    Basket,
    Killed,
    counts,
    killed,
    letters_of_a_night,
    notice,
    ours,
    pages,
    put,
    rows,
    send,
    states,
)
from tests.engine.small import Place, begun

pytestmark = pytest.mark.usefixtures("each_store")


@pytest.fixture(name="session")
def _session() -> Iterator[Session]:
    with letters_of_a_night() as session:
        yield session


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
            begun(session.connection)
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


def test_notices_reach_the_page_of_the_person(session: Session) -> None:
    put(session, notice("S1", "一"), notice("S1", "二"), notice("S8", "急", urgent=1))

    send(session, inbox=ours(session))

    found = session.connection.execute(
        sa.select(inbox.c.person, inbox.c.text, inbox.c.urgent).order_by(inbox.c.person)
    )
    assert [tuple(row) for row in found] == [("S1", "一\n二", 0), ("S8", "急", 1)]
