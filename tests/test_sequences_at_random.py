"""Random workflows that wait, over random nights: the product does what the definition says of each record.

The expected values come from `tests/reference/sequences.py`, which was written from LANGUAGE alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.reference.sequence_runs import Both, differences, told_by_reference
from tests.reference.sequence_worlds import Story, random_story
from tests.stores import SQLITE

FUZZ = int(os.environ.get("WAKELINE_FUZZ", "0"))
"""WAKELINE_FUZZ=500 tries that many others."""
SEEDS = range(10_000, 10_000 + FUZZ) if FUZZ else (2, 10, 27, 32, 42, 58, 59, 114, 138)
AGAIN = SEEDS[: max(2, FUZZ)]
"""On PostgreSQL without more: the stories are long, and what they try at all is said on SQLite."""
STATES = {"waiting", "done", "stopped", "goal", "gone"}
KINDS = {"wait", "woke", "ask", "create", "notice", "update", "stop", "skipped"}


def first_difference(root: Path, story: Story) -> tuple[int, dict[str, list[str]], Both] | Both:
    """The night after which the two disagree, and in what; else both at the end."""
    both = Both(root, story)
    assert both.product.problems == []
    for night in range(story.nights):
        both.day(night)
        both.night(night)
        found = differences(both.product.said(), told_by_reference(both.reference))
        if found:
            return night, found, both
    return both


def play(root: Path, story: Story, told: str) -> Both:
    """Fails with the smallest story: that of the one customer, if it shows the difference alone."""
    found = first_difference(root / "all", story)
    if isinstance(found, Both):
        return found
    night, differing, _ = found
    record = next(iter(differing))
    smaller = story.only(record, night + 1)
    alone = first_difference(root / "alone", smaller)
    if not isinstance(alone, Both):
        story, (night, differing, _) = smaller, alone
    lines = [told, story.told(), f"after the night of {story.first}, {night} nights on, {record}:"]
    pytest.fail("\n".join([*lines, *differing[record]]), pytrace=False)


def seen(both: Iterable[Both]) -> tuple[set[str], set[str]]:
    """States of enrollments, and kinds of what was journalled."""
    enrollments = [one for each in both for one in each.reference.enrollments]
    kinds = {kind for one in enrollments for _, kind in one.journal}
    return {one.state for one in enrollments}, kinds


def test_nights_of_sequences_are_as_the_definition_says(each_store: str, tmp_path: Path) -> None:
    is_all = each_store == SQLITE
    seeds = SEEDS if is_all else AGAIN

    played = [play(tmp_path / str(seed), random_story(seed), f"seed {seed}") for seed in seeds]

    assert seen(played) == (STATES, KINDS) or not is_all, "the stories do not try everything"
