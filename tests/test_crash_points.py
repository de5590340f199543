"""A night dies at moments spread over all of it, in short; `make torture` takes many more (RELIABILITY 1).

What the database holds, and what arrived by the mail server's own log, is in the end as if nobody had
disturbed it. The moments are those of the database driver, of the mail connection and of flushed files.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.stores import POSTGRES, SQLITE
from tests.torture.crash_mutants import mutants_caught
from tests.torture.crash_night import Night
from tests.torture.crash_points import DEATHS, NEEDED, deadly, tried
from tests.torture.crash_trials import (
    HOLD,
    WHOLE,
    Calm,
    Sum,
    between_transactions,
    killed,
    moments,
    nights,
    spread,
    stopped,
)
from tests.torture.flush_order import BEGIN, DATABASE, END, LOG, out_of_order

SEED = 20260331
RECORDS = 10
NIGHTS = {SQLITE: 8, POSTGRES: 5}


@pytest.fixture(scope="module")
def night(each_store: str) -> Iterator[Night]:
    with nights(HOLD, started=RECORDS) as (one,):
        yield one


@pytest.fixture(scope="module")
def calm(night: Night) -> Calm:
    return Calm.of(night, WHOLE)


def check(found: Sum) -> None:
    assert found.wrong == []
    assert (found.lost, found.doubled) == (0, 0)


def test_a_night_can_die_at_many_moments(calm: Calm, each_store: str) -> None:
    kinds = {one.split()[0] for one in calm.names}

    assert len(moments(calm.names)) >= NEEDED
    assert kinds == {each_store, "mail", "file"}
    assert each_store == SQLITE or calm.names.count("postgres commit sent") > RECORDS


def test_a_night_killed_again_and_again_ends_as_one_undisturbed(
    night: Night, calm: Calm, each_store: str
) -> None:
    chosen = spread(moments(calm.names), NIGHTS[each_store], SEED)

    found = tried([night], deadly(calm, chosen, DEATHS, HOLD, SEED))

    check(found)
    assert found.nights == NIGHTS[each_store]
    assert found.kills > found.nights * DEATHS * 3 // 4
    assert found.in_doubt <= found.kills


def test_a_commit_that_nobody_was_told_of_counts(night: Night, calm: Calm, each_store: str) -> None:
    """On PostgreSQL the server has been asked to commit, and the answer is lost (RELIABILITY F14)."""
    done = {SQLITE: "sqlite commit after", POSTGRES: "postgres commit sent"}[each_store]
    commits = [number for number, name in enumerate(calm.names, start=1) if name == done]

    for one in spread(commits, 2, SEED):
        check(killed(night, calm, [one], HOLD))


def test_a_process_stopped_past_its_lease_changes_nothing_when_it_goes_on(night: Night, calm: Calm) -> None:
    """RELIABILITY F8: meanwhile another one has done all."""
    free = between_transactions(calm.names)

    for moment in spread(free, 2, SEED):
        found = stopped(night, calm, moment, HOLD)
        check(found)
        assert found.kills == 1


def test_what_a_letter_needs_is_written_down_before_it_leaves(calm: Calm) -> None:
    """Between the answer to a letter and the beginning of the next: the log is flushed, then its end and the
    claim of the next are committed. That a commit is flushed is shown in test_store_in_trouble.
    """
    texts = [place for place, name in enumerate(calm.names) if name == "mail send . before"]

    for end, after in pairwise(texts):
        between = calm.names[end:after]
        flushed, committed, begun = (
            next(place for place, name in enumerate(between) if name.endswith(wanted))
            for wanted in ("fsync after", "commit after", "send DATA before")
        )
        assert flushed < committed < begun
    first = calm.names[: texts[0]]
    claimed = max(place for place, name in enumerate(first) if name.endswith("UPDATE after"))
    assert claimed < first.index("mail send DATA before")
    assert any(
        name.endswith("commit after") for name in first[claimed : first.index("mail send DATA before")]
    )


@pytest.mark.parametrize(
    "between, wrong",
    [([LOG, DATABASE], []), ([DATABASE, LOG], [2]), ([DATABASE], [2]), ([LOG], [2]), ([], [2])],
)
def test_letters_that_begin_before_what_they_need_is_flushed_are_seen(
    between: list[str], wrong: list[int]
) -> None:
    found = out_of_order([DATABASE, BEGIN, END, *between, BEGIN, END])

    assert [int(one.split()[1]) for one in found] == wrong


def test_a_chunk_in_two_transactions_would_be_found(night: Night) -> None:
    """The check finds what it is there for; `make torture` tries more such changes."""
    assert mutants_caught(night, ["chunk"], SEED)["chunk"] != ""
