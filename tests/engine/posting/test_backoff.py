"""When a letter is tried again, and when a failing channel is left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine.posting.backoff import LONGEST, MOST_TRIES, Breaker, next_try

NOW = datetime(2026, 3, 31, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("dice", [0.0, 0.5, 1.0])
def test_all_tries_fit_into_a_day(dice: float) -> None:
    now, tries = NOW, 1
    while again := next_try(tries=tries, first_try=NOW, now=now, after=0, dice=dice):
        assert again > now
        now, tries = again, tries + 1

    assert tries == MOST_TRIES
    assert now - NOW < LONGEST


@pytest.mark.parametrize(
    "dice, waits", [(0.0, [1, 4, 16, 64, 256, 360, 360]), (1.0, [1.2, 4.8, 19.2, 76.8, 307.2, 432, 432])]
)
def test_waits_grow_and_are_spread(dice: float, waits: list[float]) -> None:
    found = [next_try(tries=n, first_try=NOW, now=NOW, after=0, dice=dice) for n in range(1, 8)]

    assert found == [NOW + one * MINUTE for one in waits]


def test_what_the_receiver_asks_for_is_obeyed_when_it_is_longer() -> None:
    assert next_try(tries=1, first_try=NOW, now=NOW, after=7200, dice=0) == NOW + 120 * MINUTE
    assert next_try(tries=3, first_try=NOW, now=NOW, after=60, dice=0) == NOW + 16 * MINUTE


def test_letter_is_dead_after_a_day() -> None:
    assert next_try(tries=2, first_try=NOW, now=NOW + LONGEST, after=0, dice=0) is None


def test_letter_that_a_person_sends_again_is_tried_more_than_once() -> None:
    assert next_try(tries=1, first_try=NOW, now=NOW + 9 * LONGEST, after=0, dice=0) is not None


def test_pauses_of_a_channel_double_up_to_a_quarter_of_an_hour() -> None:
    breaker, pauses = Breaker(), []
    for _ in range(14):
        breaker = Breaker.read(breaker.kept()).failed(NOW)
        pauses.append(None if breaker.until is None else (breaker.until - NOW).total_seconds())

    assert pauses == [None] * 4 + [30, 60, 120, 240, 480, 900, 900, 900, 900, 900]


def test_pause_is_over_at_its_end() -> None:
    breaker = Breaker(5, NOW + MINUTE)

    assert breaker.is_open(NOW)
    assert not breaker.is_open(NOW + MINUTE)
    assert not Breaker().is_open(NOW)
