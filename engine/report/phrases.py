"""A condition as written, read back in words: `{time_since: F, at_least: 90 days}` is “距 F 至少 90 天”."""

from __future__ import annotations

import re

from engine.model.document import Mapping, Node, Scalar, Sequence, node_at
from engine.model.entities import Model, Module
from engine.model.values import parse_length, show_length
from engine.shapes.times import CALENDAR, parse_moment
from engine.texts import Texts

GROUPS = ("all", "any", "none")
_SUBJECTS = ("field", "time_since", "count_of", "sum_of")
_OPTIONS = ("during", "since", "where")
_ANSWERS = {"是": "answer.yes", "yes": "answer.yes", "否": "answer.no", "no": "answer.no"}


class Phrases:
    """Reads nodes of conditions back in a language, fields by their labels in it."""

    def __init__(self, texts: Texts, model: Model) -> None:
        self._texts = texts
        self._model = model

    def at(self, root: Node | None, path: str, module: Module) -> str:
        """The condition at a path of a file, in words; the path itself when there is none."""
        node = node_at(root, path)
        return self.condition(node, module) if isinstance(node, Mapping) else path

    def condition(self, node: Mapping, module: Module) -> str:
        """A group or a leaf."""
        group = next((word for word in GROUPS if word in node), "")
        if not group:
            return self._leaf(node, module)
        items = node.get(group)
        parts = (
            [self.condition(one, module) for one in items.items if isinstance(one, Mapping)]
            if isinstance(items, Sequence)
            else []
        )
        needs = node.get("needs")
        if isinstance(needs, Scalar) and needs.text != "1":
            listed = self._texts.say("phrase.join_none").join(parts)
            return self._texts.say("phrase.needs", needs=needs.text, items=listed)
        joined = self._texts.say(f"phrase.join_{group}").join(parts)
        return self._texts.say(f"phrase.{group}", items=joined)

    def _leaf(self, node: Mapping, module: Module) -> str:
        subject = next((word for word in _SUBJECTS if word in node), "field")
        name = node.get(subject)
        label = self._label(name.text if isinstance(name, Scalar) else "", module)
        text = self._texts.say(
            f"phrase.{subject}", name=label, window=self._window(node), where=self._where(node, module)
        )
        bounds = [
            self._texts.say(f"phrase.{key.text}", value=self._value(value, module))
            for key, value in node.entries
            if key.text not in {subject, *_OPTIONS, "if_missing", "is_empty"}
        ]
        empty = node.get("is_empty")
        if isinstance(empty, Scalar):
            bounds.append(self._texts.say(f"phrase.is_empty_{empty.text.lower()}"))
        return f"{text} {self._texts.say('phrase.and').join(bounds)}".strip()

    def _window(self, node: Mapping) -> str:
        for word in ("during", "since"):
            value = node.get(word)
            if value is not None:
                return self._texts.say(f"phrase.{word}", value=self._value(value, None))
        return ""

    def _where(self, node: Mapping, module: Module) -> str:
        where, name = node.get("where"), node.entries[0][1]
        if not isinstance(where, Mapping) or not isinstance(name, Scalar):
            return ""
        relation = self._model.relation(module, name.text.partition(".")[0])
        if relation is None:
            return ""
        return self._texts.say("phrase.where", condition=self.condition(where, relation.module))

    def _label(self, name: str, module: Module) -> str:
        """The label of a field or a relation in this language; the name as written where there is none."""
        field = module.field(name)
        if field is not None:
            return field.labels.of(self._texts.language)
        relation = self._model.relation(module, name.partition(".")[0])
        if relation is None:
            return name
        label = relation.module.labels.of(self._texts.language)
        inner = relation.module.field(name.partition(".")[2])
        if inner is None:
            return label
        return self._texts.say("phrase.of", outer=label, inner=inner.labels.of(self._texts.language))

    def _value(self, node: Node, module: Module | None) -> str:
        if isinstance(node, Sequence):
            return self._texts.say("phrase.or").join(self._value(one, module) for one in node.items)
        if isinstance(node, Mapping):
            word, value = node.entries[0]
            text = value.text if isinstance(value, Scalar) else ""
            if word.text == "field" and module is not None:
                return self._texts.say("phrase.other_field", name=self._label(text, module))
            return self._texts.say("phrase.cell", name=text) if word.text == "table" else text
        return self._words(node.text)

    def _words(self, text: str) -> str:
        """A literal; lengths and periods in the reader's language."""
        if text in _ANSWERS:
            return self._texts.say(_ANSWERS[text])
        bare = re.sub(r"^(last +|近 ?|最近 ?)", "", text)
        length = parse_length(bare)
        if length is not None:
            shown = show_length(length, self._texts.language)
            return shown if bare == text else self._texts.say("phrase.last", length=shown)
        if text in CALENDAR:
            reach, unit = CALENDAR[text]
            return self._texts.say(f"period.{reach}_{unit}")
        return self._moment(text)

    def _moment(self, text: str) -> str:
        """`in 3 days`, `today`, `start of year`; anything else stays as it is written."""
        try:
            moment = parse_moment(text)
        except ValueError:
            return text
        if moment is None or moment.fixed is not None:
            return text
        if moment.offset is not None:
            length = show_length(moment.offset, self._texts.language)
            return self._texts.say("moment.ago" if moment.is_past_offset else "moment.ahead", length=length)
        edge = "" if moment.unit is None else f"_{moment.unit}"
        return self._texts.say(f"moment.{moment.anchor.replace(' ', '_')}{edge}")
