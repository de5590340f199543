"""What a step does, in words: one function a verb, one line a word in the table."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Table_
from types import MappingProxyType

from engine.model.document import Mapping, Node
from engine.model.entities import Module
from engine.report.phrases.conditions import Phrases
from engine.report.phrases.people import tell_channels, tell_people, tell_person
from engine.report.phrases.wording import entries_of, inside, items_of, text_of

_TASK_PARTS = ("to", "subject", "type", "due", "priority", "text_from", "done_when")


def _update_field(phrases: Phrases, step: Mapping, module: Module) -> str:
    changes = [
        tell_change(phrases, name, value, module) for name, value in entries_of(step.get("update_field"))
    ]
    if phrases.words.language == "zh":
        return phrases.words.joined(changes, "phrase.clause")
    return phrases.words.listed(changes, "and")


def tell_change(phrases: Phrases, name: str, node: Node, module: Module) -> str:
    """One field and its new value."""
    say, label = phrases.words.say, phrases.names.field(name, module)
    added = text_of(inside(node, "add"))
    if added:
        key = "subtract" if added.startswith("-") else "add"
        return say(f"phrase.step.{key}", name=label, amount=phrases.values.literal(added.lstrip("+-")))
    if inside(node, "clear") is not None:
        return say("phrase.step.clear", name=label)
    value = phrases.values.value(node, module, phrases.names.definition(name, module))
    is_other = inside(node, "field") is not None and inside(node, "times") is None
    return say("phrase.step.set_field" if is_other else "phrase.step.set", name=label, value=value)


def _tags(word: str) -> Callable[[Phrases, Mapping, Module], str]:
    def tell(phrases: Phrases, step: Mapping, _: Module) -> str:
        tags = [phrases.words.quoted(text_of(one)) for one in items_of(step.get(word))]
        return phrases.words.say(f"phrase.step.{word}", tags=phrases.words.listed(tags, "and"))

    return tell


def _create_task(phrases: Phrases, step: Mapping, module: Module) -> str:
    node = step.get("create_task")
    say, details = phrases.words.say, _task_details(phrases, node, module)
    subject = phrases.names.text(text_of(inside(node, "subject")), module)
    to = inside(node, "to")
    if to is None:
        return say("phrase.step.create_task_nobody", subject=subject, details=details)
    told = tell_people(phrases, to, module)
    return say("phrase.step.create_task", to=told, subject=subject, details=details)


def _task_details(phrases: Phrases, node: Node | None, module: Module) -> str:
    say, found = phrases.words.say, ""
    for name, value in entries_of(node):
        if name == "due":
            found += _due(phrases, value, module)
        elif name == "priority":
            told = phrases.words.say_or(f"phrase.step.{text_of(value)}", text_of(value))
            found += say("phrase.step.task_priority", value=told)
        elif name == "text_from":
            found += say("phrase.step.task_text", template=text_of(value))
        elif name == "done_when":
            condition = phrases.condition(value, module)
            found += say("phrase.step.task_done_when", condition=condition)
        elif name == "type":
            found += say("phrase.step.task_type", value=phrases.words.quoted(text_of(value)))
        elif name not in _TASK_PARTS:
            label = phrases.names.task_field(name)
            found += say("phrase.step.task_other", name=label, value=phrases.values.value(value, module))
    return found


def _due(phrases: Phrases, node: Node, module: Module) -> str:
    length = phrases.values.ahead(text_of(node))
    if length:
        return phrases.words.say("phrase.step.task_due_in", length=length)
    return phrases.words.say("phrase.step.task_due_on", moment=phrases.values.value(node, module))


def _create_record(phrases: Phrases, step: Mapping, module: Module) -> str:
    node = step.get("create_record")
    written = text_of(inside(node, "module"))
    about, label = phrases.names.model.module(written) or module, phrases.names.module(written)
    fields = [
        phrases.words.say(
            "phrase.step.field_is",
            name=phrases.names.field(name, about),
            value=_field_value(phrases, name, value, about=about, module=module),
        )
        for name, value in entries_of(inside(node, "fields"))
    ]
    key = "create_record_with" if fields else "create_record"
    told = phrases.words.listed(fields, "and") if phrases.words.language == "en" else "，".join(fields)
    return phrases.words.say(f"phrase.step.{key}", module=label, fields=told)


def _field_value(phrases: Phrases, name: str, node: Node, *, about: Module, module: Module) -> str:
    """The value of a field of a new record; texts may hold what is filled in."""
    if "{{" in text_of(node):
        return phrases.names.text(text_of(node), module)
    if text_of(node) in {"owner", "supervisor", "customer"}:
        return tell_person(phrases, node, module)
    return phrases.values.value(node, module, phrases.names.definition(name, about))


def _send_template(phrases: Phrases, step: Mapping, module: Module) -> str:
    node = step.get("send_template")
    via = tell_channels(phrases, inside(node, "via"), module)
    key = "send_template_order" if len(via) > 1 else "send_template_by" if via else "send_template"
    return phrases.words.say(
        f"phrase.step.{key}",
        template=text_of(inside(node, "template")),
        to=tell_people(phrases, inside(node, "to"), module),
        via=phrases.words.joined(via, "phrase.list"),
    )


def _notify(phrases: Phrases, step: Mapping, module: Module) -> str:
    node = step.get("notify")
    key = "notify_urgent" if text_of(inside(node, "urgent")).lower() == "true" else "notify"
    to, text = tell_people(phrases, inside(node, "to"), module), text_of(inside(node, "text"))
    via = tell_channels(phrases, inside(node, "via"), module)
    told = phrases.words.say(f"phrase.step.{key}", to=to, text=phrases.names.text(text, module))
    by = phrases.words.joined(via, "phrase.list")
    return phrases.words.say("phrase.step.notify_via", notice=told, via=by) if via else told


def _assign(phrases: Phrases, step: Mapping, module: Module) -> str:
    node, say = step.get("assign"), phrases.words.say
    people = items_of(inside(node, "first_of"))
    to = phrases.words.joined([tell_person(phrases, one, module) for one in people], "phrase.list")
    told = say("phrase.step.assign_first" if len(people) > 1 else "phrase.step.assign", to=to)
    pick = text_of(inside(node, "pick"))
    return say(f"phrase.step.{pick}", assign=told) if pick in {"least_loaded", "in_turn"} else told


def _webhook(phrases: Phrases, step: Mapping, module: Module) -> str:
    node = step.get("webhook")
    names = [
        phrases.names.field(name, module)
        for name in (
            *(key for key, _ in entries_of(inside(node, "fields"))),
            *(text_of(one) for one in items_of(inside(node, "fields")) if text_of(one)),
        )
    ]
    key = "webhook_fields" if names else "webhook"
    fields = phrases.words.listed(names, "and")
    return phrases.words.say(f"phrase.step.{key}", target=text_of(inside(node, "target")), fields=fields)


def _wait(phrases: Phrases, step: Mapping, module: Module) -> str:
    return phrases.words.say("phrase.step.wait", length=phrases.values.length_node(step.get("wait"), module))


def _wait_until(phrases: Phrases, step: Mapping, module: Module) -> str:
    condition, within = phrases.condition(step.get("wait_until"), module), step.get("within")
    key = "wait_until" if within is None else "wait_until_within"
    length = phrases.values.length_node(within, module)
    return phrases.words.say(f"phrase.step.{key}", condition=condition, length=length)


def _if(phrases: Phrases, step: Mapping, module: Module) -> str:
    return phrases.words.say("phrase.step.if", condition=phrases.condition(step.get("if"), module))


def _choose(phrases: Phrases, step: Mapping, module: Module) -> str:  # noqa: ARG001 - the same for all verbs
    return phrases.words.say("phrase.step.choose")


def _split(phrases: Phrases, step: Mapping, module: Module) -> str:  # noqa: ARG001 - as above
    return phrases.words.say("phrase.step.split", module=module.labels.of(phrases.words.language))


def _ask(phrases: Phrases, step: Mapping, module: Module) -> str:
    node = step.get("ask")
    within = inside(node, "within")
    return phrases.words.say(
        "phrase.step.ask" if within is None else "phrase.step.ask_within",
        to=tell_people(phrases, inside(node, "to"), module),
        question=phrases.names.text(text_of(inside(node, "question")), module),
        length=phrases.values.length_node(within, module),
    )


def _stop(phrases: Phrases, step: Mapping, module: Module) -> str:
    reason = phrases.names.text(text_of(step.get("stop")), module)
    return phrases.words.say("phrase.step.stop", reason=reason)


def _start_workflow(phrases: Phrases, step: Mapping, module: Module) -> str:  # noqa: ARG001 - as above
    name = phrases.names.workflow(text_of(step.get("start_workflow")))
    return phrases.words.say("phrase.step.start_workflow", name=name)


VERBS: Table_[str, Callable[[Phrases, Mapping, Module], str]] = MappingProxyType(
    {
        "update_field": _update_field,
        "add_tag": _tags("add_tag"),
        "remove_tag": _tags("remove_tag"),
        "create_task": _create_task,
        "create_record": _create_record,
        "send_template": _send_template,
        "notify": _notify,
        "assign": _assign,
        "webhook": _webhook,
        "wait": _wait,
        "wait_until": _wait_until,
        "if": _if,
        "choose": _choose,
        "split": _split,
        "ask": _ask,
        "stop": _stop,
        "start_workflow": _start_workflow,
    }
)
"""Every verb and how it is told: one line a word."""
