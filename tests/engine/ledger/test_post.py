"""The outbox: what is due, who claims it, what is known of it afterwards; the inbox; facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from engine.ledger.claims import Hand
from engine.ledger.migrate import migrate
from engine.ledger.post import Letter, Post
from engine.ledger.tables import inbox, outbox
from engine.model.nights import LetterState
from engine.records.database import database_at
from tests.engine.small import NIGHT
from tests.stores import STORES

pytestmark = pytest.mark.usefixtures("each_store")

NOW = NIGHT.now
MINUTE = timedelta(minutes=1)


@pytest.fixture(name="post")
def _post() -> Iterator[Post]:
    with database_at(STORES.url(), "UTC").connect(read_only=False) as connection, connection.begin():
        migrate(connection)
        yield Post(connection)


def put(post: Post, enrollment: int, **more: Any) -> None:
    """A letter into the outbox."""
    letter = {
        "enrollment": enrollment,
        "path": "actions/0",
        "run": 1,
        "kind": "message",
        "record": f"C{enrollment}",
        "channel": "email",
        "recipient": "a@example.cn",
        "body": "您好",
        "state": "waiting",
    }
    post.connection.execute(outbox.insert(), [{**letter, **more}])


def rows(post: Post, *names: str) -> list[tuple[Any, ...]]:
    chosen = sa.select(*(outbox.c[name] for name in names)).order_by(outbox.c.id)
    return [tuple(row) for row in post.connection.execute(chosen)]


def ids(letters: Sequence[Letter]) -> list[int]:
    return [one.id for one in letters]


def claimed(post: Post, *numbers: int, worker: str = "w", minute: int = 0) -> list[Letter]:
    letters = [one for one in post.due("email", NOW + 999 * MINUTE, 99) if one.id in numbers]
    return post.claim(post.lock(letters), Hand(worker, NOW + minute * MINUTE), NOW + minute * MINUTE)


# --- what is due -----------------------------------------------------------------------------------------


def test_oldest_waiting_come_first_and_no_more_than_asked_for(post: Post) -> None:
    for number in (1, 2, 3):
        put(post, number)

    assert ids(post.due("email", NOW, 2)) == [1, 2]
    assert ids(post.due("sms", NOW, 2)) == []


@pytest.mark.parametrize("state", [one for one in LetterState if one is not LetterState.WAITING])
def test_only_waiting_letters_are_due(post: Post, state: str) -> None:
    put(post, 1, state=state)

    assert post.due("email", NOW, 10) == []
    assert post.count_due("email", NOW) == 0


def test_letter_is_not_due_before_its_time(post: Post) -> None:
    put(post, 1, not_before="2026-03-30T17:01:00Z")

    assert ids(post.due("email", NOW, 9)) == []
    assert ids(post.due("email", NOW + MINUTE, 9)) == [1]
    assert (post.count_due("email", NOW), post.count_due("email", NOW + MINUTE)) == (0, 1)


def test_recipient_whose_letters_do_not_fit_is_left_for_the_next_page(post: Post) -> None:
    for number, person in enumerate(("S1", "S2", "S2", "S3"), start=1):
        put(post, number, recipient=person)

    assert ids(post.due("email", NOW, 2)) == [1]
    assert ids(post.due("email", NOW, 3)) == [1]
    assert ids(post.due("email", NOW, 4)) == [1, 2, 3]
    assert ids(post.due("email", NOW, 5)) == [1, 2, 3, 4]


def test_channels_of_some_states(post: Post) -> None:
    put(post, 1, channel="sms", state="sending")
    put(post, 2)
    put(post, 3, channel="fax", state="sent")

    assert post.channels(LetterState.WAITING, LetterState.SENDING) == ["email", "sms"]


def test_letter_carries_all_its_parts_and_a_key_for_ever(post: Post) -> None:
    about = {"module": "contacts", "addressee": "K7", "html": 1}
    put(post, 7, path="actions/2/to/K7", subject="题", template="唤醒", **about)

    assert post.due("email", NOW, 1) == [
        Letter(
            id=1,
            run=1,
            kind="message",
            record="C7",
            channel="email",
            recipient="a@example.cn",
            template="唤醒",
            subject="题",
            body="您好",
            urgent=False,
            key="7/actions/2/to/K7",
            module="contacts",
            addressee="K7",
            html=True,
        )
    ]


def test_letter_is_found_by_its_key(post: Post) -> None:
    put(post, 7, path="actions/2/to/K/7")

    found = post.letter_by_key("7/actions/2/to/K/7")

    assert found is not None
    assert found.id == 1
    assert [post.letter_by_key(one) for one in ("7/actions/2", "8/actions/2/to/K/7", "S1/x", "")] == [
        None
    ] * 4


def test_same_effect_of_an_enrollment_is_in_the_outbox_once(post: Post) -> None:
    put(post, 1)

    with pytest.raises(sa.exc.IntegrityError):
        put(post, 1)


# --- claims ----------------------------------------------------------------------------------------------


def test_claim_notes_who_when_and_that_a_try_has_begun(post: Post) -> None:
    put(post, 1)

    (letter,) = claimed(post, 1, worker="w1")

    assert (letter.state, letter.tries, letter.first_try_at) == ("sending", 1, "2026-03-30T17:00:00Z")
    assert rows(post, "state", "worker", "claimed_at", "tries", "first_try_at") == [
        ("sending", "w1", "2026-03-30T17:00:00Z", 1, "2026-03-30T17:00:00Z")
    ]


def test_second_try_keeps_the_time_of_the_first(post: Post) -> None:
    put(post, 1)
    claimed(post, 1)
    post.mark_waiting([1])

    (letter,) = claimed(post, 1, minute=9)

    assert (letter.tries, letter.first_try_at) == (2, "2026-03-30T17:00:00Z")
    assert rows(post, "claimed_at", "tries", "first_try_at") == [
        ("2026-03-30T17:09:00Z", 2, "2026-03-30T17:00:00Z")
    ]


def test_what_was_claimed_meanwhile_cannot_be_locked(post: Post) -> None:
    put(post, 1)
    put(post, 2)
    seen = post.due("email", NOW, 9)
    claimed(post, 1)

    assert ids(post.lock(seen)) == [2]


def test_left_behind_is_what_was_claimed_long_ago_or_by_oneself(post: Post) -> None:
    for number in range(1, 6):
        put(post, number)
    claimed(post, 1, worker="old", minute=0)
    claimed(post, 2, worker="young", minute=5)
    claimed(post, 3, worker="me", minute=5)
    put(post, 9, state="sending")

    assert ids(post.left_behind("email", Hand("me", NOW + 10 * MINUTE), 5 * MINUTE)) == [1, 3, 6]
    dead = Hand("you", NOW + 5 * MINUTE, ["young"])
    assert ids(post.left_behind("email", dead, 5 * MINUTE)) == [2, 6]
    assert ids(post.left_behind("sms", Hand("me", NOW + 99 * MINUTE), MINUTE)) == []
    assert sorted(post.senders("email")) == ["me", "old", "young"]


# --- what became of them ---------------------------------------------------------------------------------


def test_letters_know_what_became_of_them(post: Post) -> None:
    for number in range(1, 6):
        put(post, number)
    claimed(post, 1, 2, 3, 4, 5)

    post.mark_sent([1], NOW, "queued as 17")
    post.mark_waiting([2], {"code": "W702", "reason": "没有信号"}, NOW + MINUTE)
    post.mark_as(LetterState.FAILED, [3], {"code": "W717"})
    post.mark_as(LetterState.IN_DOUBT, [4], None)

    assert rows(post, "state", "sent_at", "provider_id", "answer", "not_before") == [
        ("sent", "2026-03-30T17:00:00Z", "queued as 17", None, None),
        ("waiting", None, None, '{"code": "W702", "reason": "没有信号"}', "2026-03-30T17:01:00Z"),
        ("failed", None, None, '{"code": "W717"}', None),
        ("in_doubt", None, None, None, None),
        ("sending", None, None, None, None),
    ]


def test_letter_that_went_in_the_end_does_not_say_why_it_waited(post: Post) -> None:
    put(post, 1)
    post.mark_waiting([1], {"code": "W702"})

    post.mark_sent([1], NOW)

    assert rows(post, "answer") == [(None,)]


def test_marking_nothing_marks_nothing(post: Post) -> None:
    put(post, 1)

    post.mark_sent([], NOW)
    post.mark_waiting([], {})

    assert rows(post, "state") == [("waiting",)]


def test_only_letters_that_could_go_say_why_they_do_not(post: Post) -> None:
    put(post, 1)
    put(post, 2, not_before="2027-01-01T00:00:00Z")
    put(post, 3, answer="{}")
    put(post, 4, channel="sms")

    post.explain("email", {"code": "W703"}, NOW)

    assert rows(post, "answer") == [('{"code": "W703"}',), (None,), ("{}",), (None,)]


# --- inbox and facts -------------------------------------------------------------------------------------


def notice(key: str, text: str = "请看") -> dict[str, Any]:
    return {"person": "S1", "run": 1, "at": "2026-03-30T17:00:00Z", "text": text, "urgent": 0, "key": key}


def test_notice_with_a_known_key_is_ignored(post: Post) -> None:
    post.put_in_inbox([notice("a", "一"), notice("b")])
    post.put_in_inbox([notice("a", "二"), notice("c")])
    post.put_in_inbox([])

    found = post.connection.execute(sa.select(inbox.c.key, inbox.c.text).order_by(inbox.c.id)).all()
    assert [tuple(row) for row in found] == [("a", "一"), ("b", "请看"), ("c", "请看")]


def test_fact_is_kept_changed_and_forgotten(post: Post) -> None:
    assert post.facts.get("a") is None

    post.facts.put("a", "1")
    post.facts.put("b", "2")
    post.facts.put("a", "3")
    assert (post.facts.get("a"), post.facts.get("b")) == ("3", "2")

    post.facts.forget("a")
    post.facts.forget("c")
    assert (post.facts.get("a"), post.facts.get("b")) == (None, "2")
