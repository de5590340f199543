"""What the names in a file mean to a reader: labels of fields and relations, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from engine.model.entities import Field, FieldType, Model, Module, Relation
from engine.report.phrases.wording import Wording
from engine.shapes.fields import EVENT

_SLOT = re.compile(r"\{\{\s*(.*?)\s*(?:\|.*?)?\}\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Related:
    """What `订单` or `订单.金额` names: the label of the records, their module, the field's label."""

    label: str
    module: Module | None
    inner: str
    field: Field | None


class Names:
    """Looks names up in the model; what nobody knows is said as it is written."""

    def __init__(self, words: Wording, model: Model, workflows: Mapping[str, str] | None = None) -> None:
        """`workflows`: the name of each workflow by its id."""
        self.words = words
        self.model = model
        self._workflows = workflows or {}

    def field(self, name: str, module: Module) -> str:
        """The label of `F`, `link.F` or `link.link.F`, or of `event.F`."""
        event, inner = self._of_event(name, module)
        if event is not None:
            label = self.words.say("phrase.slot_event")
            return self.words.say("phrase.of", outer=label, inner=self.field(inner, event))
        found, labels = module, list[str]()
        for part in name.split("."):
            field = found.field(part)
            relation = None if field else self.model.relation(found, part)
            labels.append(self._label(part, field, relation))
            found = self._next(found, field, relation)
        text = labels[0]
        for inner in labels[1:]:
            text = self.words.say("phrase.of", outer=text, inner=inner)
        return text

    def definition(self, name: str, module: Module) -> Field | None:
        """The field that a name leads to, over its links."""
        event, inner = self._of_event(name, module)
        if event is not None:
            return self.definition(inner, event)
        *links, last = name.split(".")
        for part in links:
            link = module.field(part)
            if link is None or link.to not in self.model.modules:
                return None
            module = self.model.linked(link)
        return module.field(last)

    def _of_event(self, name: str, module: Module) -> tuple[Module | None, str]:
        """For `event.F`: related records that have such a field (the trigger tells which), and its name.

        Fields of one name are called the same wherever they stand.
        """
        root, _, inner = name.partition(".")
        if root != EVENT or not inner or module.field(EVENT) is not None:
            return None, inner
        first = inner.partition(".")[0]
        found = (one.module for one in self.model.relations(module) if one.module.field(first))
        return next(found, None), inner

    def related(self, name: str, module: Module) -> Related:
        """What a name of a relation, with or without a field of it, stands for."""
        outer, _, inner = name.partition(".")
        relation = self.model.relation(module, outer)
        if relation is None:
            return Related(outer, None, inner, None)
        field = relation.module.field(inner) if inner else None
        label = field.labels.of(self.words.language) if field else inner
        return Related(relation.module.labels.of(self.words.language), relation.module, label, field)

    def module(self, name: str) -> str:
        """The label of a module."""
        found = self.model.module(name)
        return found.labels.of(self.words.language) if found else name

    def workflow(self, name: str) -> str:
        """The name of the workflow of an id."""
        return self._workflows.get(name, name)

    def task_field(self, name: str) -> str:
        """The label of a field of the module that tasks are kept in."""
        tasks = self.model.tasks
        return self.field(name, self.model.modules[tasks.module]) if tasks else name

    def text(self, written: str, module: Module) -> str:
        """A text of the file in quotation marks; what it fills in goes by its label: 〔客户名称〕."""
        line = _SLOT.sub(lambda slot: self._slot(slot[1], module), " ".join(written.split()))
        if self.words.language == "zh":
            line = re.sub(" ?(〔[^〕]*〕) ?", r"\1", line)  # the brackets are blank enough
        return self.words.quoted(line)

    def _slot(self, name: str, module: Module) -> str:
        first, _, rest = name.partition(".")
        people = self._people_of(first)
        if people is not None:
            label = self.words.say(f"phrase.slot_{first}")
            inner = self.field(rest, people) if rest else ""
        elif self._of_event(name, module)[0] is not None:
            return self.words.say("phrase.slot", name=self.field(name, module))
        elif first in {"event", "today", "to"}:
            label, inner = self.words.say(f"phrase.slot_{first}"), rest
        else:
            label, inner = self.field(name, module), ""
        told = self.words.say("phrase.of", outer=label, inner=inner) if inner else label
        return self.words.say("phrase.slot", name=told)

    def _people_of(self, word: str) -> Module | None:
        people = self.model.people
        is_person = word in {"owner", "supervisor"} and people is not None
        return self.model.modules.get(people.module) if is_person and people else None

    def _label(self, name: str, field: Field | None, relation: Relation | None) -> str:
        if field is not None:
            return field.labels.of(self.words.language)
        return relation.module.labels.of(self.words.language) if relation else name

    def _next(self, module: Module, field: Field | None, relation: Relation | None) -> Module:
        if relation is not None:
            return relation.module
        if field is not None and field.type is FieldType.LINK and field.to in self.model.modules:
            return self.model.linked(field)
        return module
