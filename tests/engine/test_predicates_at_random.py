"""What the SQL answers is what the reference answers: every noun, type, missing value (promise 3)."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.reference.asking import MODELS, answers_differ, demands_differ, shapes_differ, told, values_differ
from tests.reference.generator import random_case

pytestmark = pytest.mark.usefixtures("each_store")

FUZZ = int(os.environ.get("WAKELINE_FUZZ", "0"))
SEEDS = st.integers(0, 2**48)
"""A case is drawn from its seed, ten times faster than draw by draw; `smallest` does the shrinking."""


def examples(count: int) -> settings:
    """The same cases in every run; WAKELINE_FUZZ=5000 tries that many others."""
    return settings(
        max_examples=FUZZ or count,
        derandomize=not FUZZ,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )


@examples(100)
@given(SEEDS)
def test_sql_answers_as_the_reference_does(seed: int) -> None:
    case = random_case(seed, MODELS)
    assert not answers_differ(case), told(case, answers_differ)


@examples(30)
@given(SEEDS)
def test_values_fetched_first_give_the_same_answers(seed: int) -> None:
    case = random_case(seed, MODELS)
    assert not shapes_differ(case), told(case, shapes_differ)


@examples(25)
@given(SEEDS)
def test_what_must_be_yes_is_found_as_it_is_answered(seed: int) -> None:
    case = random_case(seed, MODELS)
    assert not demands_differ(case), told(case, demands_differ)


@examples(40)
@given(SEEDS)
def test_sql_computes_the_values_of_the_reference(seed: int) -> None:
    case = random_case(seed, MODELS, of_operands=True)
    assert not values_differ(case), told(case, values_differ)
