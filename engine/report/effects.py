"""Effects and values in words, for one language: labels instead of keys, people by their names."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from engine.dryrun import RecordPlan, Settled
from engine.model.effects import Effect, EffectKind, Undone
from engine.model.entities import Field, FieldType, Model, Module
from engine.model.nights import Walking
from engine.model.operands import FieldValue
from engine.model.values import Value
from engine.model.workflow import Workflow, all_steps
from engine.records.session import Session, as_key
from engine.report.layout import shortened
from engine.report.reasons import Reasons
from engine.report.values import told_moment, told_value
from engine.shapes.texts import title_of
from engine.texts import Texts, visible
from engine.workspace import Workspace

_CELLS = 44


class EffectWords:
    """Tells effects; names are looked up over the session."""

    def __init__(self, texts: Texts, workspace: Workspace, session: Session) -> None:
        self.texts = texts
        self.reasons = Reasons(texts, workspace)
        self._workspace = workspace
        self.model = workspace.model
        self.session = session
        self._versions: dict[int, str] = {}
        self._people: dict[str, str] = {}

    def moment(self, kept: str) -> str:
        """An instant as kept, on the clock of the workspace."""
        return told_moment(kept, self.session.clock.zone)

    def title(self, module: Module, record: str | int) -> str:
        """What people call a record, and its key."""
        field = title_of(module)
        if field is module.record_key:
            return visible(str(record))
        values = self.session.fields_of(module, record, {"title": FieldValue(field, module)})
        return self.texts.say("plan.record", title=values["title"] or record, id=record)

    def titles(self, module: Module, written: Iterable[str]) -> dict[str, str]:
        """The same of several, by their keys in the ledger, asked for at once; without who is gone."""
        field, keys, names = title_of(module), list[str | int](), dict[Value, str]()
        for one in written:
            key = as_key(module, one)
            if key is not None:
                keys.append(key)
                names[key] = one
        found = {}
        for own, title in self.session.read_some(module, keys, [FieldValue(field, module)]):
            told = self.texts.say("plan.record", title=title or own, id=own)
            found[names.get(own, str(own))] = visible(str(own)) if field is module.record_key else told
        return found

    def lines(self, plan: RecordPlan, workflow: Workflow) -> list[str]:
        """One line an effect."""
        if plan.error is not None:
            reason = self.texts.message(plan.error.code, plan.error.facts)
            return [self.texts.say("plan.failing", reason=reason)]
        return [self.line(one, workflow) for one in plan.effects]

    def journal_line(self, row: Mapping[str, Any]) -> str:
        """What a row of the journal says, its details opened and in plain values."""
        kind, details = row["kind"], row["details"] or {}
        if kind == "skipped" and "what" in details:  # by an undo
            return self.left(details["reason"], details["facts"], row["workflow"], row["path"])
        if kind in {"failed", "skipped"}:
            workflow = self._workflow_of(row)
            return self.reasons.noted(row["path"], details, workflow, self.session.clock)
        if kind == "update":
            return self._changes(details)
        if kind == "create":
            return self._made(details)
        if kind in {"message", "notice"}:
            return self._letter(row)
        if kind == "stop":
            told = {"path": row["path"], "workflow": self._workflow_of(row)}
            return self.ending(str(details["reason"]), **told, facts=details.get("facts"))
        if kind in {"remove", "cancel", "withdraw"}:
            return self.taken_back(details.get("what", kind), details)
        return str(details.get("reason", ""))

    def taken_back(self, what: str, details: Mapping[str, Any]) -> str:
        """What an undo took back, by its kind and its details in plain values."""
        say = self.texts.say
        if what == "update":
            return self._changes(details)
        if what in {"create", "cancel"}:
            module, values = self.model.modules.get(details["module"]), details["values"]
            title = details["id"] if module is None else values.get(title_of(module).key, details["id"])
            return say("undo.removed" if what == "create" else "undo.cancelled", text=title)
        if what == "start":
            return say("undo.again_start", workflow=details["workflow"])
        if what == "wait":
            return say("undo.walk")
        is_inside = what in {"notice", "ask"}
        to = self.person(details["to"]) if is_inside else details["to"]
        text = details["question"] if what == "ask" else details["subject"]
        return say("undo.letter", to=to, text=shortened(text, _CELLS))

    def left(self, code: str, facts: Mapping[str, str], workflow: str, path: str) -> str:
        """Why an undo left something as it is; `path` ends with the field that is meant, where it is one."""
        told, module = dict(facts), self.module_of(workflow)
        for name in ("to", "person"):
            if name in told:
                told[name] = self.person(told[name])
        field = None if module is None else module.fields.get(path.rpartition("/")[2])
        if field is not None and told.get("now"):
            told["now"] = self._as_it_is(field, told["now"])
        return self.texts.message(code, told)

    def _as_it_is(self, field: Field, kept: str) -> str:
        """A value that a reason tells of, where people read another word for it."""
        if field.type is FieldType.YES_NO:
            return self.value(field, kept == str(True))
        return self.person(kept) if self.is_person(field) else kept

    def module_of(self, workflow: str) -> Module | None:
        """The module of a workflow's records; None without its file."""
        found = self._workspace.workflow(workflow)
        return None if found is None else found.module

    def workflow_name(self, workflow: str) -> str:
        """What a workflow is called; its id where it has no file."""
        found = self._workspace.workflow(workflow)
        return workflow if found is None else found.names.of(self.texts.language)

    def ending(
        self,
        reason: str,
        path: str = "",
        workflow: Workflow | None = None,
        facts: Mapping[str, str] | None = None,
    ) -> str:
        """Why an enrollment ended: in its author's words, else in ours; of an exclusion, at which path."""
        if reason == "goal":
            return self.texts.say("plan.ended_goal")
        if reason == Walking.GONE:
            return ""  # the state says it
        if reason not in self.texts.codes():
            return reason
        return self.reasons.told(reason, path, workflow, causes=[path] if path else [], facts=facts or {})

    def event_line(self, row: Mapping[str, Any]) -> str:
        """What an event is about, its details opened and in plain values."""
        kind, details, say = row["kind"], row["details"] or {}, self.texts.say
        if kind == "changed":
            field = field_at(self.model, details["module"], details["field"])
            name = details["field"] if field is None else field.labels.of(self.texts.language)
            ends = {one: details[one] for one in ("before", "after")}
            told = ends if field is None else {one: self.value(field, value) for one, value in ends.items()}
            return say("plan.change", field=name, **told)
        if row["about"] is not None:
            module = self.model.modules.get(details.get("module", ""))
            name = "" if module is None else module.labels.of(self.texts.language)
            return say("event.created_of", module=name, id=row["about"])
        return say(f"event.{kind}")

    def reason(self, code: str | None) -> str:
        """Why an event started nothing."""
        return "" if code is None else self.texts.message(code, {})

    def _made(self, details: Mapping[str, Any]) -> str:
        """A record that was created; its key alone where it is gone."""
        module, key = self.model.modules.get(details.get("module", "")), details["id"]
        if module is None or self.session.record_key(module, str(key)) is None:
            return visible(str(key))
        return self.title(module, key)

    def _letter(self, row: Mapping[str, Any]) -> str:
        """To whom a message or a notice went, and what it says."""
        letter = self.session.book.letter_of(row["enrollment"], row["path"])
        if letter is None:
            return ""
        is_notice = row["kind"] == "notice" and not letter["subject"]
        state = self.texts.say(f"state.{letter['state']}")
        return self.texts.say(
            "hindsight.letter",
            to=self.person(letter["recipient"]) if is_notice else letter["recipient"],
            text=shortened(letter["subject"] or letter["body"], _CELLS),
            state=self.texts.say("plan.clause").join([state, *self._waited(letter)]),
        )

    def _waited(self, letter: Mapping[str, Any]) -> Iterator[str]:
        """Each reason why a letter had to wait, with the last time that it had to wait until for that."""
        waits = {one["code"]: one["until"] for one in json.loads(letter["put_off"] or "[]")}
        for code, until in waits.items():
            yield self.texts.say(f"hindsight.put_off_{code}", until=self.moment(until))

    def _workflow_of(self, row: Mapping[str, Any]) -> Workflow | None:
        """The workflow that a row was written by; None when its file says something else by now."""
        workflow, run = self._workspace.workflow(row["workflow"]), row["run"]
        if run not in self._versions:
            found = next(self.session.book.rows_of("runs", limit=1, run=run), None)
            self._versions[run] = found["version"] if found else ""
        return workflow if workflow is not None and workflow.version == self._versions[run] else None

    def line(self, effect: Effect | Undone, workflow: Workflow) -> str:
        """One effect in a sentence."""
        if isinstance(effect, Undone):
            return self.texts.say("plan.skipped", reason=self.reasons.of(effect, workflow))
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
        if effect.kind is EffectKind.WOKE and details["how"] in {"happened", "time"}:
            details["how"] = self.texts.say(f"plan.woke_{details['how']}")
        if effect.kind is EffectKind.STOP and effect.path == "goal/if":
            return self.texts.say("plan.ended_goal")
        if effect.kind is EffectKind.STOP:
            details["reason"] = self.ending(details["reason"], effect.path, workflow)
        if "until" in details:
            details["until"] = self.moment(details["until"])
        return self.texts.say(f"plan.{effect.kind}", **details)

    def settled(self, found: Sequence[Settled]) -> str:
        """What already is as the steps would make it."""
        told = (
            f"{one.field.labels.of(self.texts.language)} {self.value(one.field, one.value)}" for one in found
        )
        return self.texts.say("explain.settled", values=self.texts.say("plan.list").join(told))

    def person(self, key: str) -> str:
        """A colleague's name by key; the key itself for one who is not there."""
        people = self.model.people
        if people is None or not key:
            return key or self.texts.say("plan.nobody")
        if key not in self._people:
            staff = self.model.modules[people.module]
            found = self.session.record_key(staff, key)
            field = FieldValue(title_of(staff), staff)
            name = None if found is None else self.session.fields_of(staff, found, {"name": field})["name"]
            self._people[key] = visible(str(name or key))
        return self._people[key]

    def value(self, field: Field, plain: Any) -> str:
        """A value of an effect, from its JSON form."""
        if plain is not None and self.is_person(field):
            return self.person(str(plain))
        return told_value(field, plain, self.texts, self.session.clock.zone)

    def is_person(self, field: Field) -> bool:
        """Whether a field names a colleague."""
        people = self.model.people
        if field.type is not FieldType.LINK or people is None:
            return False
        module = self.model.module(field.to)
        return module is not None and module.key == people.module

    def _changes(self, details: Mapping[str, Any]) -> str:
        module = self.model.modules[details["module"]]
        parts = []
        for key, (before, after) in details["changes"].items():
            field = module.fields[key]
            words = {"before": self.value(field, before), "after": self.value(field, after)}
            parts.append(self.texts.say("plan.change", field=field.labels.of(self.texts.language), **words))
        return self.texts.say("plan.clause").join(parts)

    def _created(self, details: Mapping[str, Any]) -> str:
        module, values = self.model.modules[details["module"]], details["values"]
        tasks = self.model.tasks
        if tasks is not None and tasks.module == module.key:
            parts = {part: values.get(key) for part, key in tasks.fields.items()}
            to = self.person(str(parts.get("to") or ""))
            return self.texts.say(
                "plan.create", subject=parts.get("subject", ""), to=to, due=parts.get("due") or "—"
            )
        told = self.texts.say("plan.list").join(
            f"{one.labels.of(self.texts.language)} {self.value(one, values[one.key])}"
            for one in map(module.fields.__getitem__, values)
        )
        return self.texts.say("plan.create_plain", module=module.labels.of(self.texts.language), values=told)


def effect_label(kind: str, workflow: Workflow, texts: Texts) -> str:
    """What a kind of effect is called; new records are tasks where the workflow makes nothing else."""
    makes_others = any(step.action.name == "create_record" for step in all_steps(workflow.steps))
    return texts.say("effect.create_record" if kind == "create" and makes_others else f"effect.{kind}")


def field_at(model: Model, module: str, path: str) -> Field | None:
    """The field at the end of keys such as `owner.region`; None where the model knows it no more."""
    found, (*links, last) = model.modules.get(module), path.split(".")
    for key in links:
        link = None if found is None else found.fields.get(key)
        found = None if link is None else model.modules.get(link.to)
    return None if found is None else found.fields.get(last)
