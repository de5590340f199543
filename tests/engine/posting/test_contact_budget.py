"""How often somebody is written to, over all workflows."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from engine.ledger.post import Post as Ledger
from tests.engine.posting.rules import NOON, answers, at, bring, post_with, to, until
from tests.engine.posting_world import Post
from tests.stores import POSTGRES, SQLITE, asked_by, plan_of


def test_one_commercial_letter_a_day_over_all_workflows(post: Post) -> None:
    bring(post, {"C1": True, "C2": True})
    post.put(NOON, to("C1", body="1"), to("C2", body="2"))
    post.put(NOON, to("C1", body="3"), to("C1", body="service", template="服务"))

    post.send(NOON)

    assert sorted(post.outside.bodies) == ["1", "2", "service"]
    assert answers(post)[2][:2] == ("waiting", "W733")
    assert at("2026-04-01T09:00") <= until(post, 3) < at("2026-04-01T10:00")

    post.send(until(post, 3))
    assert post.outside.bodies[3:] == ["3"]


def test_four_commercial_letters_in_thirty_days(post: Post) -> None:
    bring(post, {"C1": True})
    sent_on = []
    for day in range(36):
        now = NOON + timedelta(days=day)
        post.put(now, to("C1", body=str(day)))
        before = len(post.outside.parcels)
        post.send(now)
        sent_on += [day] * (len(post.outside.parcels) - before)

    assert sent_on == [0, 1, 2, 3, 30, 31, 32, 33]


def test_letter_that_has_waited_seven_days_is_dropped(post: Post) -> None:
    bring(post, {"C1": True})
    post.put(NOON, *(to("C1", body=str(n)) for n in range(6)))
    for day in range(9):
        post.send(NOON + timedelta(days=day))

    assert post.outside.bodies == ["0", "1", "2", "3"]
    assert [code for _, code, _ in answers(post)[4:]] == ["W734", "W734"]


def test_letter_in_doubt_counts_and_a_failed_one_does_not(post: Post) -> None:
    bring(post, {"C1": True, "C2": True})
    for name, state in (("C1", "in_doubt"), ("C2", "failed")):
        post.put(
            NOON, to(name, state=state, claimed_at="2026-03-31T03:00:00Z"), to(name, body=f"{name} next")
        )

    post.send(NOON)

    assert post.outside.bodies == ["C2 next"]


def test_budget_may_be_set_or_lifted(each_store: str, tmp_path: Path) -> None:
    two = post_with(tmp_path / "a", "contact_budget: {per_day: 2, per_30_days: 3}\n")
    none = post_with(tmp_path / "b", "contact_budget: none\n")
    for post in (two, none):
        bring(post, {"C1": True})
        post.put(NOON, *(to("C1", body=str(n)) for n in range(5)))
        post.send(NOON)
        post.send(NOON + timedelta(days=1))

    assert two.outside.bodies == ["0", "1", "2"]
    assert none.outside.bodies == ["0", "1", "2", "3", "4"]


def test_customers_of_one_address_are_one_recipient(post: Post) -> None:
    bring(post, {"C1": True, "C2": True, "C3": True})
    post.put(
        NOON,
        to("C1", recipient="Buyer@Example.cn"),
        to("C2", recipient="buyer@example.cn "),
        to("C3"),
        to("C2", recipient="buyer@example.cn", template="服务"),
    )

    post.send(NOON)

    tomorrow = ("waiting", "W733", "2026-04-01")
    sent = ("sent", None, None)
    assert [(state, code, when and when[:10]) for state, code, when in answers(post)] == [
        sent,
        tomorrow,
        sent,
        sent,
    ]
    post.send(NOON + timedelta(days=1))
    assert post.states() == ["sent"] * 4


def test_one_address_on_two_channels_is_not_one_recipient(post: Post) -> None:
    """A number that is a telephone and the name of an account elsewhere need not be the same person."""
    bring(post, {"C1": True, "C2": True})
    post.put(NOON, to("C1", recipient="13800000000"), to("C2", recipient="13800000000"))
    with post.session(NOON) as session, session.transaction():
        session.connection.exec_driver_sql(
            "UPDATE wakeline_outbox SET channel = 'sms', state = 'sent', address = '13800000000',"
            " first_try_at = '2026-03-31T03:00:00Z' WHERE record = 'C1'"
        )

    post.send(NOON)

    assert post.states() == ["sent", "sent"]


def test_budget_is_counted_by_an_index(each_store: str, post: Post) -> None:
    post.put(NOON, to("C1"))
    with post.session(NOON) as session:
        (letter,) = Ledger(session.connection).due("email", NOON, 1)
        ledger = Ledger(session.connection)
        asked = asked_by(lambda: ledger.contacts(letter, ["服务"], NOON))
        (statement,) = (one for one in asked if "addressee" in one)
        plan = "\n".join(plan_of(session.connection, statement, asked[statement]))

    record, address = {
        SQLITE: (
            "ix_wakeline_outbox_addressee (module=? AND addressee=?)",
            "ix_wakeline_outbox_address (address=?)",
        ),
        POSTGRES: ("ix_wakeline_outbox_addressee", "ix_wakeline_outbox_address "),
    }[each_store]
    assert record in plan
    assert address in plan
    assert "SCAN wakeline" not in plan
    assert "Seq Scan" not in plan
