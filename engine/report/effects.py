"""Effects and values in words, for one language: labels instead of keys, people by their names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.dryrun import RecordPlan
from engine.model.effects import Effect, EffectKind, Undone
from engine.model.entities import Field, FieldType, Model, Module
from engine.model.operands import FieldValue
from engine.model.workflow import Workflow, all_steps
from engine.records.session import Session
from engine.shapes.texts import title_of
from engine.texts import Texts


class EffectWords:
    """Tells effects; names are looked up over the session."""

    def __init__(self, texts: Texts, model: Model, session: Session) -> None:
        self.texts = texts
        self._model = model
        self._session = session
        self._people: dict[str, str] = {}

    def moment(self, kept: str) -> str:
        """An instant as kept, on the clock of the workspace."""
        return f"{datetime.fromisoformat(kept).astimezone(self._session.clock.zone):%Y-%m-%d %H:%M}"

    def title(self, module: Module, record: str | int) -> str:
        """What people call a record, and its key."""
        field = title_of(module)
        if field is module.record_key:
            return str(record)
        values = self._session.fields_of(module, record, {"title": FieldValue(field, module)})
        return self.texts.say("plan.record", title=values["title"] or record, id=record)

    def lines(self, plan: RecordPlan) -> list[str]:
        """One line an effect."""
        if plan.error is not None:
            reason = self.texts.message(plan.error.code, plan.error.facts)
            return [self.texts.say("plan.failing", reason=reason)]
        return [self.line(one) for one in plan.effects]

    def journal_line(self, row: Mapping[str, Any]) -> str:
        """What a row of the journal says, its details opened and in plain values."""
        kind, details = row["kind"], row["details"] or {}
        if kind in {"failed", "skipped"}:
            return self.texts.message(details["reason"], details.get("facts", {}))
        if kind == "update":
            return self._changes(details)
        if kind == "create":
            return str(details["id"])
        return str(details.get("reason", ""))

    def line(self, effect: Effect | Undone) -> str:
        """One effect in a sentence."""
        if isinstance(effect, Undone):
            return self.texts.say("plan.skipped", reason=self.texts.message(effect.reason, effect.facts))
        if effect.kind is EffectKind.UPDATE:
            return self._changes(effect.details)
        if effect.kind is EffectKind.CREATE:
            return self._created(effect.details)
        details = dict(effect.details)
        if effect.kind is EffectKind.NOTICE:
            details["text"] = str(details["text"]).strip()
        if effect.kind in {EffectKind.NOTICE, EffectKind.ASK}:
            details["to"] = self.person(str(details["to"]))
        if effect.kind is EffectKind.ASK:
            details["answers"] = self.texts.say("plan.list").join(details["answers"])
        if "until" in details:
            details["until"] = self.moment(details["until"])
        return self.texts.say(f"plan.{effect.kind}", **details)

    def person(self, key: str) -> str:
        """A colleague's name by key; the key itself for one who is not there."""
        people = self._model.people
        if people is None or not key:
            return key or self.texts.say("plan.nobody")
        if key not in self._people:
            staff = self._model.modules[people.module]
            found = self._session.record_key(staff, key)
            field = FieldValue(title_of(staff), staff)
            name = None if found is None else self._session.fields_of(staff, found, {"name": field})["name"]
            self._people[key] = str(name or key)
        return self._people[key]

    def value(self, field: Field, plain: Any) -> str:
        """A value of an effect, from its JSON form."""
        if plain is None:
            return self.texts.say("answer.empty")
        if field.type is FieldType.YES_NO:
            return self.texts.say("answer.yes" if plain else "answer.no")
        if isinstance(plain, list):
            return self.texts.say("plan.list").join(plain)
        if field.type is FieldType.LINK:
            return self.person(str(plain))
        return str(plain)

    def _changes(self, details: Mapping[str, Any]) -> str:
        module = self._model.modules[details["module"]]
        parts = []
        for key, (before, after) in details["changes"].items():
            field = module.fields[key]
            words = {"before": self.value(field, before), "after": self.value(field, after)}
            parts.append(self.texts.say("plan.change", field=field.labels.of(self.texts.language), **words))
        return self.texts.say("plan.clause").join(parts)

    def _created(self, details: Mapping[str, Any]) -> str:
        module, values = self._model.modules[details["module"]], details["values"]
        tasks = self._model.tasks
        if tasks is not None and tasks.module == module.key:
            parts = {part: values.get(key) for part, key in tasks.fields.items()}
            to = self.person(str(parts.get("to") or ""))
            return self.texts.say(
                "plan.create", subject=parts.get("subject", ""), to=to, due=parts.get("due") or "—"
            )
        told = self.texts.say("plan.list").join(
            f"{module.fields[key].labels.of(self.texts.language)} {value}" for key, value in values.items()
        )
        return self.texts.say("plan.create_plain", module=module.labels.of(self.texts.language), values=told)


def effect_label(kind: str, workflow: Workflow, texts: Texts) -> str:
    """What a kind of effect is called; new records are tasks where the workflow makes nothing else."""
    makes_others = any(step.action.name == "create_record" for step in all_steps(workflow.steps))
    return texts.say("effect.create_record" if kind == "create" and makes_others else f"effect.{kind}")
