"""Every word of the language has its phrases, in both languages: a new word without one fails here."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from engine.actions import ACTIONS
from engine.actions.assign import PICKS
from engine.actions.reader import step_schema
from engine.conditions import CONDITIONS
from engine.conditions.reader import GROUPS, group_schemas, leaf_schema
from engine.conditions.step import FATES
from engine.files.exclusions import KINDS
from engine.files.model import read_model
from engine.load import load_document
from engine.model.diagnostics import Problems
from engine.model.document import Mapping, Node
from engine.model.moments import Unit
from engine.model.workflow import Once
from engine.report.phrases import Phrases, conditions
from engine.report.phrases.bounds import COMPARISONS
from engine.report.phrases.branches import BRANCHES
from engine.report.phrases.people import PEOPLE
from engine.report.phrases.steps import tell_steps
from engine.report.phrases.subjects import SUBJECTS
from engine.report.phrases.triggers import ONCE, TRIGGERS, tell_trigger
from engine.report.phrases.verbs import VERBS
from engine.shapes.schema import SHARED
from engine.texts import LANGUAGES, Texts
from engine.triggers import TRIGGERS as TRIGGER_WORDS

ROOT = Path(__file__).parents[3]
MODEL = read_model(
    load_document((ROOT / "workflows" / "model.yaml").read_text(encoding="utf-8"), "model.yaml", Problems()),
    Problems(),
)
CUSTOMERS = MODEL.modules["customers"]
OPTIONS = {
    "during", "since", "except", "latest", "where", "per", "in_a_row", "in_each", "among", "yearly",
    "if_missing",
}  # fmt: skip
"""What stands beside a subject and is no comparison; each is read by the subjects that take it."""


def phrases(language: str) -> Phrases:
    return Phrases(Texts.of(language), MODEL)


def node_of(text: str) -> Node:
    root = load_document(f"it: {text}" if text.startswith("{") else f"it:\n  {text}", "a", Problems()).root
    assert root is not None
    return root.entries[0][1]


def test_every_condition_can_be_told() -> None:
    assert set(CONDITIONS) - set(SUBJECTS) == set()
    assert set(GROUPS) - {*conditions.GROUPS, *SUBJECTS} == set()


def test_every_comparison_can_be_told() -> None:
    written = {key for word in CONDITIONS.values() for key in properties(leaf_schema(word))}
    written |= {key for one in group_schemas().values() for key in properties(one)} - {"needs"}

    assert written - set(CONDITIONS) - set(GROUPS) - OPTIONS - set(COMPARISONS) == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("word", sorted(set(COMPARISONS) - {"is_empty"}))
def test_every_comparison_has_a_phrase(word: str, language: str) -> None:
    told = phrases(language).condition(node_of(f"{{field: 备注, {word}: 甲乙丙丁}}"), CUSTOMERS)

    assert "甲乙丙丁" in told
    assert word not in re.findall("[a-z_]{4,}", told) or language == "en"


def properties(schema: dict[str, object]) -> set[str]:
    found = schema["properties"]
    assert isinstance(found, dict)
    return set(found)


def test_every_action_can_be_told() -> None:
    assert set(ACTIONS) - set(VERBS) == set()


def test_every_list_of_steps_beside_a_verb_can_be_told() -> None:
    beside = {
        name for name, word in ACTIONS.items() if re.search(r"'#/\$defs/steps'", str(step_schema(word)))
    }

    assert beside - set(BRANCHES) == set()


def test_every_trigger_can_be_told() -> None:
    assert set(TRIGGER_WORDS) - set(TRIGGERS) == set()


def test_every_person_can_be_told() -> None:
    written = set(re.findall("[a-z]+", str(SHARED["person"]["anyOf"][0]["enum"])))
    written |= {key for one in SHARED["person"]["anyOf"][1:] for key in one["properties"]}

    assert written - {*PEOPLE, "where"} == set()


def test_every_way_to_start_once_can_be_told() -> None:
    assert {str(one) for one in Once} - {"length", "field", "value", "table"} - set(ONCE) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_small_tables_are_complete(language: str) -> None:
    say = Texts.of(language).say

    assert [one for one in FATES if not say(f"phrase.fate.{one}") or not say(f"phrase.outcome.{one}")] == []
    assert [one for one in PICKS if not say(f"phrase.step.{one}", assign="")] == []
    assert [one for one in ONCE if not say(f"phrase.once.{one}")] == []
    units = [str(one)[:-1] for one in Unit if str(one) in {"days", "weeks", "months", "quarters", "years"}]
    assert all(say(f"describe.excluded_{kind}", condition="", module="x") for kind in KINDS)
    for key in ("last", "row"):
        assert [
            one for one in units if not say(f"phrase.series.{key}_{one}", subject="x", bounds="", count=2)
        ] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CONDITIONS)
def test_example_of_a_condition_is_told(name: str, language: str) -> None:
    node = node_of(CONDITIONS[name].example)
    assert isinstance(node, Mapping)

    told = phrases(language).condition(node, CUSTOMERS)

    assert re.findall("[a-z]+_[a-z_]+|[{}]|\x00", told) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ACTIONS)
def test_example_of_an_action_is_told(name: str, language: str) -> None:
    step = node_of(ACTIONS[name].example)
    assert isinstance(step, Mapping)
    text = (
        f"a: [{ACTIONS[name].example}]"
        if ACTIONS[name].example.startswith("{")
        else f"a:\n  - {ACTIONS[name].example}"
    )
    root = load_document(text, "a", Problems()).root
    assert root is not None

    told = "\n".join(line.text for line in tell_steps(phrases(language), root.get("a"), CUSTOMERS))

    assert told
    assert re.findall("[a-z]+_[a-z_]+|[{}]|\x00", told) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", TRIGGER_WORDS)
def test_example_of_a_trigger_is_told(name: str, language: str) -> None:
    node = node_of(TRIGGER_WORDS[name].example)
    assert isinstance(node, Mapping)

    told = tell_trigger(phrases(language), node, CUSTOMERS)

    assert re.findall("[a-z]+_[a-z_]+|[{}]|\x00", told) == []


def texts_of(language: str) -> list[str]:
    path = ROOT / "engine" / "texts" / language / "phrases.toml"
    tree = tomllib.loads(path.read_text(encoding="utf-8"))
    found: list[Any] = [tree]
    told = []
    while found:
        one = found.pop()
        found += one.values() if isinstance(one, dict) else ()
        told += [one] if isinstance(one, str) else []
    return told


def test_each_language_keeps_to_its_own_signs() -> None:
    han, half_width = re.compile(r"[\u3000-\u9fff\uff00-\uffef]"), re.compile(r"[,;!?()]|:(?! )")

    assert [text for text in texts_of("en") if han.search(text)] == []
    assert [text for text in texts_of("zh") if half_width.search(text)] == []


def test_both_languages_have_the_same_phrases() -> None:
    assert len(texts_of("zh")) == len(texts_of("en"))
