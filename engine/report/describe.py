"""A workflow read back as a short text: when, for whom, how often, what, and what it never does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Table_
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.conditions import CONDITIONS
from engine.conditions.reader import GROUPS
from engine.model.document import Mapping, Node, Sequence
from engine.outlook import Outlook
from engine.report.phrases import Phrases
from engine.report.phrases.conditions import group_of
from engine.report.phrases.promises import tell_exclusions, tell_goal, tell_promises, tell_stops
from engine.report.phrases.steps import Line, StepTold, outline, tell_steps
from engine.report.phrases.triggers import is_event, tell_once, tell_triggers
from engine.report.phrases.wording import blocks_of, text_of
from engine.shapes.labels import labels_of
from engine.shapes.reading import Table
from engine.texts import Texts
from engine.versions import SEGMENTS
from engine.workspace import Workspace

_FIVE = 5


@dataclass(frozen=True, slots=True)
class Sentence:
    """The parts of a workflow in words. `who` is a heading when `conditions` has lines."""

    id: str
    name: str
    when: str
    who: str
    conditions: tuple[str, ...]
    steps: tuple[StepTold, ...]
    goal: str
    goal_steps: tuple[StepTold, ...]
    stops: tuple[str, ...]
    promises: tuple[str, ...]
    next: str
    remarks: tuple[str, ...]
    next_times: tuple[datetime, ...]
    trigger: str = ""
    """When it starts, without the name of the workflow."""
    starts_by: str = ""
    """`clock`, `event` or `hand`; empty where the file does not say."""

    def as_json(self, text: str) -> dict[str, Any]:
        """For machines: the text, its parts, and the times as ISO 8601."""
        return {
            "id": self.id,
            "name": self.name,
            "text": text,
            "when": self.when,
            "who": self.who,
            "conditions": list(self.conditions),
            "steps": [_line_json(one) for one in outline(self.steps)],
            "goal": self.goal,
            "goal_steps": [_line_json(one) for one in outline(self.goal_steps)],
            "stops": list(self.stops),
            "promises": list(self.promises),
            "remarks": list(self.remarks),
            "next_times": [one.isoformat() for one in self.next_times],
        }


def _line_json(line: Line) -> dict[str, Any]:
    return {"number": line.number, "depth": line.depth, "text": line.text}


def describe(outlooks: Iterable[Outlook], workspace: Workspace, language: str) -> list[Sentence]:
    """The sentences of workflow files."""
    texts = Texts.of(language)
    found = list(outlooks)
    names = {
        text_of(one.root.get("id")): labels_of(one.root.get("name"), one.file).of(language)
        for one in workspace.documents.values()
        if one.root is not None
    }
    tables: Table_[str, Table] = workspace.tables
    return [_Sentences(texts, Phrases(texts, workspace.model, tables, names), one).whole() for one in found]


def conditions_in_words(workspace: Workspace, file: str, language: str) -> dict[str, str]:
    """Every single condition of a file in words, by its path; also in a file with mistakes."""
    phrases = Phrases(Texts.of(language), workspace.model, workspace.tables, {})
    return {
        path: phrases.condition(node, module)
        for about, start in _about_modules(workspace, file)
        if (module := workspace.model.module(text_of(about.get("module")))) is not None
        for path, node in _conditions(about, start)
    }


def _about_modules(workspace: Workspace, file: str) -> Iterator[tuple[Mapping, str]]:
    """What names a module and has conditions about it, with its path: a workflow, each list of segments."""
    root = workspace.documents[file].root
    if root is None:
        return
    if file != SEGMENTS:
        yield root, ""
        return
    yield from ((one, key.text) for key, one in root.entries if isinstance(one, Mapping))


_LEADS_TO_CONDITIONS = frozenset(
    {
        *("conditions", "stop_when", "goal", "exclusions", "actions", "if", "then", "else", "otherwise"),
        *("choose", "split", "answers", *GROUPS),
    }
)


def _conditions(node: Node, path: str) -> Iterator[tuple[str, Mapping]]:
    """The conditions below a node that are about the workflow's own module."""
    if isinstance(node, Sequence):
        for number, one in enumerate(node.items):
            yield from _conditions(one, f"{path}/{number}")
    elif isinstance(node, Mapping):
        if any(key in CONDITIONS for key in node.keys()):
            yield path, node
        for key, value in node.entries:
            if key.text in _LEADS_TO_CONDITIONS:
                yield from _conditions(value, f"{path}/{key.text}".removeprefix("/"))


def render_sentences(sentences: list[Sentence], language: str, *, with_ids: bool) -> str:
    """All of them, a blank line between two; `with_ids` each below its id."""
    if not sentences:
        return Texts.of(language).say("describe.none")
    told = (render_sentence(one, language) for one in sentences)
    heads = (f"[{one.id}]\n" if with_ids else "" for one in sentences)
    return "\n\n".join(f"{head}{text}" for head, text in zip(heads, told, strict=True))


def render_sentence(one: Sentence, language: str) -> str:
    """One workflow as text."""
    say = Texts.of(language).say
    lines = [one.when, *one.remarks, one.who, *_bullets(one.conditions, language)]
    if one.steps:
        lines += [say("describe.steps"), *_outlined(one.steps)]
    lines += [one.goal, *_outlined(one.goal_steps)]
    if one.stops:
        lines += [say("describe.stop_when"), *_bullets(one.stops, language)]
    if one.promises:
        lines += [say("describe.promises"), *_bullets(one.promises, language)]
    return "\n".join(filter(None, [*lines, one.next]))


def _bullets(items: tuple[str, ...], language: str) -> list[str]:
    if not items:
        return []
    say, end = Texts.of(language).say, "。" if language == "zh" else "."
    bullet, ends = say("describe.bullet"), [say("describe.bullet_end")] * (len(items) - 1) + [end]
    return [f"  {bullet}{item}{sign}" for item, sign in zip(items, ends, strict=True)]


def _outlined(steps: tuple[StepTold, ...]) -> list[str]:
    """Every step under its number; what belongs to a step stands further in."""
    found = []
    for line in outline(steps):
        number = f"{line.number}{'' if '.' in line.number else '.'} " if line.number else ""
        found.append(f"  {'   ' * line.depth}{number}{line.text}")
    return found


class _Sentences:
    """Tells one workflow."""

    def __init__(self, texts: Texts, phrases: Phrases, one: Outlook) -> None:
        self.texts = texts
        self.phrases = phrases
        self.words = phrases.words
        self.one = one
        self.root = one.root
        self.module = one.module
        self.label = one.module.labels.of(texts.language)

    def whole(self) -> Sentence:
        who, conditions = self._who()
        goal, goal_steps = tell_goal(self.phrases, self.root.get("goal"), self.module)
        return Sentence(
            id=self.one.id,
            name=self._name(),
            when=self._when(),
            who=who,
            conditions=tuple(conditions),
            steps=tell_steps(self.phrases, self.root.get("actions"), self.module),
            goal=goal,
            goal_steps=goal_steps,
            stops=tuple(tell_stops(self.phrases, self.root.get("stop_when"), self.module)),
            promises=(
                *tell_promises(self.phrases, self.root, self.module),
                *tell_exclusions(self.phrases, self.root.get("exclusions"), self.module),
                *tell_exclusions(self.phrases, self.one.exclusions, self.module),
            ),
            next=self._next(),
            remarks=tuple(self._remarks()),
            next_times=() if self.one.is_paused else self.one.next_times,
            trigger=tell_triggers(self.phrases, self.root.get("trigger"), self.module),
            starts_by=self._starts_by(),
        )

    def _starts_by(self) -> str:
        blocks = blocks_of(self.root.get("trigger"))
        if not blocks:
            return ""
        if is_event(self.root.get("trigger")):
            return "event"
        return "hand" if text_of(blocks[0].get("when")) == "by_hand" else "clock"

    def _name(self) -> str:
        return labels_of(self.root.get("name"), self.one.id).of(self.texts.language)

    def _when(self) -> str:
        trigger = self.root.get("trigger")
        blocks = blocks_of(trigger)
        by = {"": "title_none", "event": "title_event", "hand": "title_hand", "clock": "title"}
        key = "title_many" if len(blocks) > 1 else by[self._starts_by()]
        when = tell_triggers(self.phrases, trigger, self.module)
        return self.words.say(f"describe.{key}", name=self._name(), module=self.label, when=when)

    def _who(self) -> tuple[str, list[str]]:
        """For whom it starts and how often; several conditions stand in lines of their own."""
        node, say = self.root.get("conditions"), self.words.say
        facts = {"module": self.label, "once": tell_once(self.phrases, self.root, self.module)}
        if not isinstance(node, Mapping):
            key = "everybody_event" if is_event(self.root.get("trigger")) else "everybody"
            return self.words.sentence(say(f"describe.{key}", **facts)), []
        word = group_of(node)
        parts = blocks_of(node.get(word)) if word else ()
        if len(parts) < 2 and word != "none":
            condition = self.phrases.condition(node, self.module)
            return say("describe.who", condition=condition, **facts), []
        needs = text_of(node.get("needs"))
        key = "who_needs" if needs not in {"", "1"} else f"who_{word}"
        lines = [self.phrases.condition(one, self.module, opposite=word == "none") for one in parts]
        return say(f"describe.{key}", needs=needs, **facts), lines

    def _remarks(self) -> Iterable[str]:
        if self.one.is_paused:
            yield self.texts.say("describe.paused")
        if self.one.is_broken:
            yield self.texts.say("describe.broken")

    def _next(self) -> str:
        """The times to come; the year is told with the first, and where it changes."""
        times = self.one.next_times
        if self.one.is_paused:
            return ""
        if not times:
            clocks = any("when" not in one for one in blocks_of(self.root.get("trigger")))
            return self.texts.say("describe.no_days" if clocks else "describe.no_times")
        told, year = [], 0
        for one in times:
            key = "describe.day" if one.year == year else "describe.day_of_year"
            month = one.month if self.texts.language == "zh" else f"{one:%B}"
            told.append(self.texts.say(key, year=one.year, month=month, day=one.day, time=f"{one:%H:%M}"))
            year = one.year
        key = "describe.next_five" if len(times) == _FIVE else "describe.next_times"
        return self.words.say(key, count=len(times), times=self.texts.say("phrase.list").join(told))
