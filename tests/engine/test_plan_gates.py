"""Steps become batches behind gates: which are done for which answers (Meaning 10)."""

from __future__ import annotations

import pytest

from engine.model.effects import Stop
from tests.engine.drafts import NESTED, A, B, open_paths
from tests.engine.small import draft_of


def test_steps_without_branches_concern_everybody_in_file_order() -> None:
    draft = draft_of("  - update_field: {备注: x}\n  - add_tag: 高潜\n  - notify: {to: owner, text: x}\n")

    assert draft.branches == ()
    assert open_paths(draft) == ["actions/0", "actions/1", "actions/2"]
    assert all(batch.gate.is_always_open for batch in draft.batches)


def test_if_has_two_sides() -> None:
    draft = draft_of(
        f"  - if: {A}\n    then: [{{add_tag: 高潜}}]\n    else: [{{add_tag: 低价值}}]\n"
        f"  - update_field: {{备注: x}}\n"
    )

    assert [one.path for one in draft.branches] == ["actions/0/if"]
    assert open_paths(draft, True) == ["actions/0/then/0", "actions/1"]
    assert open_paths(draft, False) == ["actions/0/else/0", "actions/1"]


@pytest.mark.parametrize(
    "outer, inner, paths",
    [
        (True, True, ["actions/0/then/0/then/0", "actions/0/then/1", "actions/1"]),
        (True, False, ["actions/0/then/0/else/0", "actions/0/then/1", "actions/1"]),
        (False, True, ["actions/0/else/0/then/0", "actions/1"]),
        (False, False, ["actions/0/else/0/else/0", "actions/1"]),
    ],
)
def test_nested_ifs_open_one_way_through(outer: bool, inner: bool, paths: list[str]) -> None:
    """Both inner questions are the same; a side that is not taken decides nothing, whatever its answer."""
    draft = draft_of(NESTED)

    assert [one.path for one in draft.branches] == [
        "actions/0/if",
        "actions/0/then/0/if",
        "actions/0/else/0/if",
    ]
    for ignored in (True, False):
        answers = (outer, inner, ignored) if outer else (outer, ignored, inner)
        assert open_paths(draft, *answers) == paths


def test_stop_ends_everything_for_the_records_behind_its_gate() -> None:
    draft = draft_of(
        f"  - if: {A}\n    then: [{{stop: 够了}}, {{add_tag: 高潜}}]\n    else: [{{add_tag: 低价值}}]\n"
        f"  - update_field: {{备注: x}}\n"
    )

    assert open_paths(draft, True) == ["actions/0/then/0"]
    assert open_paths(draft, False) == ["actions/0/else/0", "actions/1"]
    assert [batch.reason for batch in draft.batches if isinstance(batch, Stop)] == ["够了"]


def test_stop_on_top_leaves_nothing_after_it() -> None:
    draft = draft_of(
        f"  - add_tag: 高潜\n  - stop: 够了\n  - add_tag: 低价值\n  - if: {A}\n"
        f"    then: [{{update_field: {{备注: x}}}}]\n"
    )

    for answer in (True, False):
        assert open_paths(draft, answer) == ["actions/0", "actions/1"]


def test_stops_in_different_branches_end_only_their_own() -> None:
    draft = draft_of(
        f"  - if: {A}\n    then: [{{stop: 甲}}]\n  - if: {B}\n    then: [{{stop: 乙}}, {{add_tag: 高潜}}]\n"
        f"  - add_tag: 低价值\n"
    )

    assert open_paths(draft, True, True) == ["actions/0/then/0"]
    assert open_paths(draft, True, False) == ["actions/0/then/0"]
    assert open_paths(draft, False, True) == ["actions/1/then/0"]
    assert open_paths(draft, False, False) == ["actions/2"]


def test_stop_deep_inside_ends_the_outer_lists_too() -> None:
    draft = draft_of(
        f"  - if: {A}\n    then:\n      - if: {B}\n        then: [{{stop: 深}}]\n      - add_tag: 高潜\n"
        f"  - add_tag: 低价值\n"
    )

    assert open_paths(draft, True, True) == ["actions/0/then/0/then/0"]
    assert open_paths(draft, True, False) == ["actions/0/then/1", "actions/1"]
    assert open_paths(draft, False, False) == open_paths(draft, False, True) == ["actions/1"]
