"""Who may be written to is asked when a letter leaves: consent, quiet hours, contact budget."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest

from engine.ledger.post import Post as Ledger
from engine.posting.hours import end_of_quiet, is_quiet, spread, start_of_day, tomorrow
from engine.shapes.reading import QuietHours
from tests.engine.posting_world import Letterbox, Post
from tests.engine.small import BASE, HEAD, SHANGHAI, TEMPLATE, workspace_with
from tests.stores import POSTGRES, SQLITE, asked_by, plan_of

SETTINGS = BASE["workspace.yaml"]
SERVICE = TEMPLATE.replace("name: 唤醒", "name: 服务\nclass: service")
WORKFLOW = HEAD + "actions: [{stop: x}]\n"


def post_with(tmp_path: Path, settings: str = "") -> Post:
    files = {
        **BASE,
        "workspace.yaml": SETTINGS + settings,
        "templates/s.yaml": SERVICE,
        "wake.yaml": WORKFLOW,
    }
    return Post.made(workspace_with("", files), tmp_path, guarded=True)


@pytest.fixture(name="post")
def _post(each_store: str, tmp_path: Path) -> Post:
    return post_with(tmp_path)


def at(text: str) -> datetime:
    """A wall time in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


NOON = at("2026-03-31T12:00")


def bring(post: Post, agreed: Mapping[str, bool]) -> None:
    with post.session(NOON) as session, session.transaction():
        module = post.workspace.model.modules["customers"]
        fields = [module.fields["name"], module.fields["tier"], module.fields["email_ok"]]
        session.upsert(module, fields, [(key, key, "A", yes) for key, yes in agreed.items()])


def to(record: str, **more: Any) -> dict[str, Any]:
    about = {"record": record, "module": "customers", "addressee": record, "template": "唤醒", "body": record}
    return {**about, **more}


def answers(post: Post) -> list[tuple[Any, ...]]:
    rows = post.rows("SELECT state, answer, not_before FROM wakeline_outbox ORDER BY id")
    return [(state, answer and json.loads(answer).get("code"), when) for state, answer, when in rows]


# --- consent ---------------------------------------------------------------------------------------------


def test_who_has_opted_out_since_or_is_gone_gets_nothing(post: Post) -> None:
    bring(post, {"C1": True, "C2": False})
    post.put(NOON, to("C1"), to("C2"), to("C3"))

    found = post.send(NOON)

    assert (post.outside.bodies, found.dropped, found.failed) == (["C1"], 2, 0)
    assert answers(post) == [("sent", None, None), ("dropped", "W730", None), ("dropped", "W731", None)]


def test_no_letter_leaves_after_its_recipient_has_opted_out(each_store: str, post: Post) -> None:
    """Check 5: some opt out while the others are being sent to."""
    names = [f"C{n}" for n in range({SQLITE: 300, POSTGRES: 150}[each_store])]
    bring(post, dict.fromkeys(names, True))
    post.put(NOON, *(to(name) for name in names))
    dice, out, late = random.Random(5), set[str](), set[str]()

    class Outside(Letterbox):
        def send(self, parcels: Any) -> Any:
            (one,) = parcels
            late.update({one.record} & out)
            if dice.random() < 0.2:
                name = dice.choice(names)
                bring(post, {name: False})
                out.add(name)
            return super().send(parcels)

    post.outside = Outside()
    post.send(NOON)

    dropped = {
        record for (record,) in post.rows("SELECT record FROM wakeline_outbox WHERE state = 'dropped'")
    }
    assert late == set()
    assert len(dropped) > 10
    assert dropped <= out
    assert {one.record for one in post.outside.parcels} == set(names) - dropped


@pytest.mark.parametrize("leaves", [True, False])
def test_consent_counts_for_service_letters_and_for_files_but_not_for_notices(
    post: Post, leaves: bool
) -> None:
    class Outside(Letterbox):
        pass

    Outside.leaves = leaves
    post.outside = Outside()
    bring(post, {"C1": False})
    post.put(NOON, to("C1", template="服务"), {"kind": "notice", "record": "C1", "body": "notice"})

    post.send(NOON)

    assert (post.states(), post.outside.bodies) == (["dropped", "sent"], ["notice"])


def test_related_recipient_is_asked_not_the_record(post: Post) -> None:
    """A letter to a contact of a company, of the same module here."""
    bring(post, {"C1": False, "K1": True})
    post.put(NOON, to("C1", addressee="K1"), to("K1", addressee="C1"))

    post.send(NOON)

    assert post.states() == ["sent", "dropped"]


# --- quiet hours -----------------------------------------------------------------------------------------


def until(post: Post, number: int = 1) -> datetime:
    """Before when a letter is not tried again."""
    ((instant,),) = post.rows(f"SELECT not_before FROM wakeline_outbox WHERE id = {number}")
    return datetime.fromisoformat(instant)


@pytest.mark.parametrize(
    "now", ["2026-03-31T20:00", "2026-03-31T23:59", "2026-04-01T00:00", "2026-04-01T08:59"]
)
def test_commercial_letter_waits_for_the_end_of_the_quiet_hours(post: Post, now: str) -> None:
    bring(post, {"C1": True})
    post.put(at(now), to("C1"), to("C1", template="服务", body="service"))

    found = post.send(at(now))

    assert post.outside.bodies == ["service"]
    assert answers(post)[0][:2] == ("waiting", "W732")
    assert at("2026-04-01T09:00") <= until(post) < at("2026-04-01T10:00")
    assert (found.failed, post.rows("SELECT tries FROM wakeline_outbox WHERE id = 1")) == (0, [(0,)])

    post.send(until(post) - timedelta(seconds=1))
    assert post.outside.bodies == ["service"]
    post.send(until(post))
    assert post.outside.bodies == ["service", "C1"]


def test_letters_of_a_night_do_not_leave_all_at_once(tmp_path: Path) -> None:
    """On SQLite alone: it takes many letters, and their minutes are chosen outside of the database."""
    post = post_with(tmp_path)
    names = [f"C{number}" for number in range(600)]
    bring(post, dict.fromkeys(names, True))
    post.put(at("2026-04-01T01:00"), *(to(name) for name in names))

    post.send(at("2026-04-01T01:00"))

    begin = at("2026-04-01T09:00")
    after = [
        (datetime.fromisoformat(instant) - begin) / timedelta(minutes=10) for _, _, instant in answers(post)
    ]
    counts = [sum(ten <= one < ten + 1 for one in after) for ten in range(6)]
    assert sum(counts) == 600
    assert all(60 <= one <= 140 for one in counts), counts  # 100 each, give or take four deviations


def test_of_two_letters_to_one_recipient_the_older_leaves_first(post: Post) -> None:
    names = [f"C{number}" for number in range(30)]
    bring(post, dict.fromkeys(names, True))
    for hour in (1, 2):
        post.put(at(f"2026-04-01T0{hour}:00"), *(to(name, body=f"{name} {hour}") for name in names))
        post.send(at(f"2026-04-01T0{hour}:00"))

    for minute in range(0, 60, 5):
        post.send(at(f"2026-04-01T09:{minute:02}"))

    post.send(at("2026-04-01T10:00"))
    assert sorted(post.outside.bodies) == sorted(f"{name} 1" for name in names)


@pytest.mark.parametrize(
    "start, end, longest",
    [(time(20), time(9), 60), (time(9, 30), time(9), 15), (time(0), time(0), 60), (time(9), time(20), 60)],
)
def test_they_all_leave_before_it_is_quiet_again(start: time, end: time, longest: int) -> None:
    instants = [spread(QuietHours(start, end), NOON, f"{number}@example.cn") for number in range(300)]

    assert NOON <= min(instants) < NOON + timedelta(minutes=longest * 0.1)
    assert NOON + timedelta(minutes=longest * 0.9) < max(instants) < NOON + timedelta(minutes=longest)


@pytest.mark.parametrize("now", ["2026-03-31T09:00", "2026-03-31T19:59"])
def test_commercial_letter_leaves_between_the_quiet_hours(post: Post, now: str) -> None:
    bring(post, {"C1": True})
    post.put(at(now), to("C1"))

    assert post.send(at(now)).sent == 1


def test_workspace_may_have_other_quiet_hours_or_none(tmp_path: Path) -> None:
    early = post_with(tmp_path / "a", 'quiet_hours: {from: "12:00", to: "13:30"}\n')
    none = post_with(tmp_path / "b", "quiet_hours: none\n")
    for post, now in ((early, NOON), (none, at("2026-03-31T03:00"))):
        bring(post, {"C1": True})
        post.put(now, to("C1"))
        post.send(now)

    assert answers(early)[0][:2] == ("waiting", "W732")
    assert at("2026-03-31T13:30") <= until(early) < at("2026-03-31T14:30")
    assert none.outside.bodies == ["C1"]


def test_letter_whose_template_is_gone_counts_as_commercial(post: Post) -> None:
    bring(post, {"C1": True})
    post.put(NOON, to("C1", template="forgotten"))

    post.send(at("2026-03-31T22:00"))

    assert answers(post)[0][1] == "W732"


HOURS = [(time(20), time(9)), (time(22), time(8)), (time(12), time(13, 30)), (time(23, 30), time(2, 30))]


@pytest.mark.parametrize("zone", sorted(available_timezones() & {
    "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo",
    "Pacific/Apia", "Asia/Kolkata", "America/Sao_Paulo", "Europe/London", "Asia/Kathmandu", "America/Havana",
    "UTC",
}))  # fmt: skip
def test_quiet_hours_end_at_the_first_minute_that_is_not_quiet(zone: str) -> None:
    """Every half hour of a year, against a search minute by minute."""
    place = ZoneInfo(zone)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    dice = random.Random(zone)
    for _ in range(400):
        now = start + timedelta(minutes=dice.randrange(365 * 24 * 60))
        hours = QuietHours(*dice.choice(HOURS))
        found = end_of_quiet(hours, place, now)
        wanted = now
        while is_quiet(hours, wanted.astimezone(place).time()):
            wanted += timedelta(minutes=1)
        assert found == wanted, (hours, now)


@pytest.mark.parametrize(
    "zone, day, end, instant",
    [
        # 02:30 does not exist: the hours end when the clocks jump; 02:30 twice: at the first.
        ("Europe/Berlin", "2026-03-29", time(2, 30), "2026-03-29T01:00:00+00:00"),
        ("Europe/Berlin", "2026-10-25", time(2, 30), "2026-10-25T00:30:00+00:00"),
        ("Africa/Cairo", "2026-04-24", time(0, 30), "2026-04-23T22:00:00+00:00"),
    ],
)
def test_quiet_hours_end_in_an_hour_that_is_lost_or_doubled(
    zone: str, day: str, end: time, instant: str
) -> None:
    place, midnight = ZoneInfo(zone), datetime.fromisoformat(day)
    now = (midnight - timedelta(hours=1)).replace(tzinfo=place).astimezone(UTC)

    assert end_of_quiet(QuietHours(time(20), end), place, now) == datetime.fromisoformat(instant)


def test_quiet_hours_in_the_second_of_two_equal_hours() -> None:
    berlin, now = ZoneInfo("Europe/Berlin"), datetime(2026, 10, 25, 1, 10, tzinfo=UTC)

    assert end_of_quiet(QuietHours(time(23, 30), time(2, 30)), berlin, now) == now + timedelta(minutes=20)


def test_day_begins_where_midnight_is_lost() -> None:
    cairo = ZoneInfo("Africa/Cairo")
    noon = datetime(2026, 4, 24, 10, tzinfo=UTC)

    assert start_of_day(cairo, noon) == datetime(2026, 4, 23, 22, tzinfo=UTC)
    assert tomorrow(QuietHours(), cairo, noon) == datetime(2026, 4, 25, 6, tzinfo=UTC)


# --- contact budget --------------------------------------------------------------------------------------


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


# --- workflows that rest or are gone ---------------------------------------------------------------------


def paused(post: Post, instant: str | None) -> None:
    with post.session(NOON) as session, session.transaction():
        session.connection.exec_driver_sql("DELETE FROM wakeline_pauses")
        if instant is not None:
            row = f"'wake', '王一', '{instant}'"
            session.connection.exec_driver_sql(
                f'INSERT INTO wakeline_pauses (workflow, "by", at) VALUES ({row})'
            )


def test_letters_of_a_workflow_that_was_paused_since_wait_for_it(post: Post) -> None:
    bring(post, {"C1": True})
    post.put(NOON, to("C1"))
    paused(post, "2026-03-31T04:00:00Z")

    post.send(NOON)
    assert (answers(post)[0][:2], post.outside.bodies) == (("waiting", "W726"), [])

    paused(post, None)
    post.send(NOON + timedelta(minutes=9))
    assert post.outside.bodies == []
    post.send(NOON + timedelta(minutes=10))
    assert post.outside.bodies == ["C1"]


def test_letters_of_what_a_person_runs_although_it_is_paused_leave(post: Post) -> None:
    bring(post, {"C1": True})
    paused(post, "2026-03-31T03:59:59Z")
    post.put(NOON, to("C1"))

    post.send(NOON)

    assert post.outside.bodies == ["C1"]


def test_letters_wait_while_the_file_of_their_workflow_is_away(post: Post) -> None:
    bring(post, {"C1": True})
    post.put(NOON, to("C1"), to("C1", kind="notice", template=None, module=None, addressee=None, body="n"))
    post.standing = {"other": ""}

    post.send(NOON)
    assert [one[:2] for one in answers(post)] == [("waiting", "W727")] * 2

    post.standing = {"other": "", "wake": ""}
    post.send(NOON + timedelta(hours=1))
    assert post.states() == ["sent", "sent"]


def test_letters_of_a_workflow_wait_whose_file_was_paused_since(post: Post) -> None:
    bring(post, {"C1": True})
    post.put(NOON, to("C1"))  # by version "v"
    post.standing = {"wake": "paused in the file"}

    post.send(NOON)
    assert [one[:2] for one in answers(post)] == [("waiting", "W729")]

    post.standing = {"wake": ""}
    post.send(NOON + timedelta(minutes=10))
    assert post.states() == ["sent"]


def test_letters_of_what_a_person_runs_although_its_file_is_paused_leave(post: Post) -> None:
    bring(post, {"C1": True})
    post.standing = {"wake": "v"}
    post.put(NOON, to("C1"))

    post.send(NOON)

    assert post.outside.bodies == ["C1"]
