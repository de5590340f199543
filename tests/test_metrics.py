"""The numbers that a night gives: what was done, what did not run, what waits; and nobody in them."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from engine.ledger.counts import LetterCounts
from engine.services.http import MetricsService
from engine.tally import BOUNDS, Spread, Tally
from tests.doctor.house import change, due, instant, letter
from tests.served_night import NOW, Night, furnish


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(furnish(tmp_path))


def test_the_numbers_of_a_night(night: Night) -> None:
    """Counted by hand: three customers get a tag, two of them a letter, and wait."""
    night.round()

    found = night.numbers()

    expected = {
        "runs{done,greet}": 1, "runs{done,other}": 1, "records_started_total{greet}": 2,
        "records_started_total{other}": 3, "records_failed_total{other}": 0, "records_woken_total{greet}": 0,
        "effects_total{message}": 2, "effects_total{update}": 3, "effects_total{wait}": 2,
        "letters{sms,sent}": 2, "enrollments_waiting{greet}": 2, "overdue_runs": 0, "store_up": 1,
        "worker_up": 1, "last_tick_timestamp_seconds": NOW.timestamp(), "build_info{1.0}": 1,
        "worker_runs_total{done,greet}": 1, "worker_runs_total{done,other}": 1,
        "worker_letters_total{handed_over}": 2, "run_seconds_count{greet}": 1,
    }  # fmt: skip
    assert {name: found.get(name) for name in expected} == expected
    assert 0 < found["run_seconds_sum{greet}"] < 60

    night.now += timedelta(days=3)
    night.round()
    later = night.numbers()
    assert later["records_woken_total{greet}"] == 2
    assert "enrollments_waiting{greet}" not in later


def test_what_did_not_run_is_counted_by_its_reason(night: Night) -> None:
    with night.worker.store.write(night.worker.clock()):
        pass  # makes the ledger
    for number, (state, code, slots) in enumerate(
        (("missed", "W340", "5"), ("missed", "W340", "1"), ("skipped", "W643", "1"))
    ):
        due(night.store, state, slot=f"{number}", slots=slots, reason=json.dumps({"code": code}))
    due(night.store, "due", slot="d", due_at=instant(NOW - timedelta(minutes=11)))

    found = night.numbers()

    assert found["slots_not_run_total{W340,missed}"] == 6
    assert found["slots_not_run_total{W643,skipped}"] == 1
    assert found["overdue_runs"] == 1


def test_letters_are_counted_by_channel_and_state(night: Night) -> None:
    night.round()
    for number, state in enumerate(("waiting", "in_doubt", "failed", "failed", "sent")):
        letter(night.store, 100 + number, state)
    letter(night.store, 200, "sent", "email")

    found = night.numbers()

    assert {name: count for name, count in found.items() if name.startswith("letters{")} == {
        "letters{sms,waiting}": 1, "letters{sms,in_doubt}": 1, "letters{sms,failed}": 2,
        "letters{sms,sent}": 3, "letters{email,sent}": 1,
    }  # fmt: skip


def test_letters_are_counted_right_however_often_they_are_asked_for(night: Night) -> None:
    """Each is counted once when it is written; what becomes of it later is counted too."""
    night.round()
    counts, at = LetterCounts(), NOW
    with night.worker.store.read(night.worker.clock()) as session:
        assert counts.count(session.connection, at) == {("sms", "sent"): 2}
    for number in range(6):
        letter(night.store, 100 + number, "waiting" if number % 2 else "sent")
        at += timedelta(seconds=40)
        with night.worker.store.read(night.worker.clock()) as session:
            waiting, sent = (number + 1) // 2, 2 + (number + 2) // 2
            expected = {("sms", "waiting"): waiting, ("sms", "sent"): sent}
            assert counts.count(session.connection, at) == {key: n for key, n in expected.items() if n}
    assert counts._up_to > 0
    change(night.store, "UPDATE wakeline_outbox SET state = 'sent'")
    with night.worker.store.read(night.worker.clock()) as session:
        assert counts.count(session.connection, at) == {("sms", "sent"): 8}


def test_without_a_store_the_process_still_tells_of_itself(night: Night) -> None:
    Path(night.store.url).unlink()

    found = night.numbers()

    assert found["store_up"] == 0
    assert found["build_info{1.0}"] == 1
    assert not any(name.startswith("runs{") for name in found)


def test_no_label_holds_a_person_or_a_record(night: Night) -> None:
    night.round()
    service = MetricsService(night.beside, "127.0.0.1", 0)
    service._server.server_close()

    told = service.metrics.text().decode() + json.dumps(service.health.look()[1], ensure_ascii=False)

    for canary in ("甲", "王一", "13800000001", "C1", "S1", str(night.root)):
        assert canary not in told


def test_seconds_are_spread_over_the_bounds() -> None:
    spread = Spread()
    for seconds in (0.05, 0.1, 0.2, 4000):
        spread = spread.with_one(seconds)

    assert spread.counts == (2, 1, *[0] * (len(BOUNDS) - 2), 1)
    assert spread.seconds == pytest.approx(4000.35)


def test_a_tally_may_be_read_while_it_is_written() -> None:
    tally = Tally()

    def write(name: str) -> None:
        for number in range(2000):
            tally.end(f"{name}{number % 50}", "done", 0.1)
            tally.deliver(1, 0)

    threads = [threading.Thread(target=write, args=(name,)) for name in "ab"]
    for one in threads:
        one.start()
    while any(one.is_alive() for one in threads):
        assert sum(tally.ended().values()) <= 4000
    assert (sum(tally.ended().values()), tally.sent) == (4000, 4000)
    assert sum(sum(one.counts) for one in tally.took().values()) == 4000
