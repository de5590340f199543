"""Rows of the ledger, for people as a table and for machines with everything opened."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.ledger.book import column_types
from engine.model.entities import FieldType, Model
from engine.model.values import from_stored, plain
from engine.report.effects import EffectWords, field_at
from engine.report.layout import columns, shortened
from engine.texts import visible

_COLUMNS = {
    "runs": ("run", "workflow", "cause", "state", "at", "started", "woken", "failed", "barred"),
    "slots": ("workflow", "state", "slots", "first", "last"),
    "enrollments": ("id", "workflow", "record", "started_on", "state", "until", "reason"),
    "journal": ("run", "workflow", "record", "kind", "details", "path"),
    "failures": ("run", "workflow", "record", "details", "path"),
    "outbox": ("id", "workflow", "channel", "recipient", "text", "state", "reason"),
    "asks": ("id", "person", "workflow", "record", "question", "answers", "until", "state"),
    "inbox": ("id", "person", "at", "text"),
    "events": ("id", "at", "workflow", "record", "happened", "state", "reason"),
}
_CELLS, _SENTENCE = 48, 120
_SENTENCES = {("runs", "barred"), ("failures", "details")}
"""Beside every `reason`: columns of a list that hold a sentence."""
_JSON = ("details", "effects", "held", "answer", "barred", "answers", "reason", "put_off")


@dataclass(frozen=True)
class RowsTold:
    """A list in words: its columns by name and as people read them, and a cell of each for every row."""

    columns: tuple[str, ...]
    heads: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]


def tell_rows(
    name: str, rows: Iterable[Mapping[str, Any]], words: EffectWords, *, widest: int = _CELLS
) -> RowsTold:
    """The rows of a list, as `row_json` gives them; no text in a cell is wider than `widest`."""
    wanted = _COLUMNS[name]
    heads = tuple(words.texts.say(f"column.{column}") for column in wanted)
    shown = (_shown(name, row, words) for row in rows)
    cells = (tuple(_cell(words, (name, one), row.get(one), widest) for one in wanted) for row in shown)
    return RowsTold(wanted, heads, tuple(cells))


def render_rows(name: str, rows: Iterable[Mapping[str, Any]], words: EffectWords) -> str:
    """The rows of a list as a table; one sentence when there are none."""
    told = tell_rows(name, rows, words)
    return columns([told.heads, *told.cells]) if told.cells else words.texts.say("list.empty")


def _shown(name: str, row: Mapping[str, Any], words: EffectWords) -> Mapping[str, Any]:
    """A row with the sentences that columns tell of it."""
    if name == "outbox":
        return _letter(row, words)
    if name == "runs":
        return {**row, "barred": _kept_out(row, words)}
    if name == "events":
        return {**row, "happened": words.event_line(row), "reason": words.reason(row["reason"])}
    if name == "enrollments" and row["reason"]:
        return {**row, "reason": words.ending(row["reason"])}
    return {**row, "details": words.journal_line(row)} if "details" in _COLUMNS[name] else row


def _kept_out(row: Mapping[str, Any], words: EffectWords) -> str:
    """Why a run was not, or kept whom from starting; of a stretch of slots how many they are."""
    told = told_reason(row["reason"], words) or not_started(row, words)
    if row["undone_by"] is not None:
        undone = words.texts.say("undo.by", undo=row["undone_by"])
        told = words.texts.say("plan.clause").join((undone, told)) if told else undone
    if row["slots"] == 1:
        return told
    return words.texts.say("list.slots", told=told, count=row["slots"], last=row["last_slot"])


def _letter(row: Mapping[str, Any], words: EffectWords) -> dict[str, Any]:
    """A letter in one column less: its subject, else its text; a colleague by name."""
    is_inside = row["kind"] == "notice" and not row["subject"]
    to = words.person(row["recipient"]) if is_inside else row["recipient"]
    return {**row, "recipient": to, "text": row["subject"] or row["body"], "reason": _answer(row, words)}


def _answer(row: Mapping[str, Any], words: EffectWords) -> str:
    """Why a letter has not gone: our sentence, with the words of the receiver where there are any."""
    return "" if row["state"] == "sent" else told_reason(row["answer"], words)


def told_reason(reason: Any, words: EffectWords) -> str:
    """The sentence of a code with its facts; empty where there is none."""
    if not isinstance(reason, Mapping):
        return ""
    facts = {name: str(value) for name, value in reason.items()}
    code = facts.pop("code", "")
    try:
        return words.texts.message(code, facts)
    except KeyError:  # of another version of Wakeline
        return code


def not_started(row: Mapping[str, Any], words: EffectWords) -> str:
    """How many met the conditions and did not start: excluded, stopped, or put off to another day."""
    counts = Counter[str]()
    for one in row["barred"] or ():  # runs of long ago did not write it down
        counts[one["kind"]] += one["count"]
    counts["deferred"] = row["deferred"]
    counts = +counts
    say = words.texts.say
    return say("plan.list").join(say(f"list.{kind}", count=count) for kind, count in counts.items())


def row_json(row: Mapping[str, Any], model: Model) -> dict[str, Any]:
    """A row for machines: columns that hold JSON are opened, values are plain as in a dry run."""
    opened = {
        name: json.loads(value) if name in _JSON and _is_json(value) else value for name, value in row.items()
    }
    details = opened.get("details")
    if isinstance(details, dict):
        opened["details"] = plain_details(details, model)
    if isinstance(details, dict) and {"field", "before", "after"} <= details.keys():
        opened["details"] = {**details, **_plain_event(details, model)}
    return opened


def row_shape(name: str) -> dict[str, Any]:
    """The JSON Schema of such a row: every column is there, and may be empty."""
    kinds = {int: "integer", str: "string"}
    shapes = {
        column: {} if column in _JSON or kind is None else {"type": [kinds[kind], "null"]}
        for column, kind in column_types(name).items()
    }
    return {"type": "object", "required": [*shapes], "properties": shapes, "additionalProperties": False}


def plain_details(details: Mapping[str, Any], model: Model) -> dict[str, Any]:
    """The details of a row of the journal in plain values; unknown fields stay as they are."""
    told = dict(details)
    if "changes" in details:
        told["changes"] = _plain_changes(details, model)
    if "values" in details:
        module = model.modules.get(details["module"])
        fields = {} if module is None else module.fields
        told["values"] = {
            key: plain(from_stored(fields[key].type, one)) if key in fields else one
            for key, one in details["values"].items()
        }
    return told


def _plain_event(details: Mapping[str, Any], model: Model) -> dict[str, Any]:
    """The values before and after, from the texts that the ledger remembers; as they are without a field."""
    field = field_at(model, details["module"], details["field"])
    ends = {word: details[word] for word in ("before", "after")}
    if field is None:
        return ends
    is_whole = field.type.is_numeric or field.type in {FieldType.YES_NO, FieldType.LENGTH}
    return {
        word: plain(from_stored(field.type, int(text) if is_whole and text is not None else text))
        for word, text in ends.items()
    }


def _is_json(value: Any) -> bool:
    """Whether a column holds JSON; a reason may be a text that a workflow's author wrote."""
    return isinstance(value, str) and value[:1] in {"{", "["}


def _plain_changes(details: Mapping[str, Any], model: Model) -> dict[str, Any]:
    """Changes from their kept forms, without those that change nothing; unknown fields stay as they are."""
    module = model.modules.get(details["module"])
    found = {}
    for key, pair in details["changes"].items():
        field = module.fields.get(key) if module is not None else None
        if pair[0] != pair[1]:
            found[key] = pair if field is None else [plain(from_stored(field.type, one)) for one in pair]
    return found


def _cell(words: EffectWords, at: tuple[str, str], value: Any, widest: int) -> str:
    """A value as it is shown in a column (list, column)."""
    if value is None:
        return ""
    texts, (_, column) = words.texts, at
    if column in {"at", "until"}:
        return words.moment(value)
    if column == "answers":
        return texts.say("plan.list").join(value)
    if column == "person":
        return words.person(str(value))
    if column in {"state", "cause"}:
        return texts.say(f"{column}.{value}")
    if column == "kind":
        return texts.say(f"effect.{value}")
    if column == "record":
        return visible(str(value))
    return shortened(str(value), max(_SENTENCE, widest) if column == "reason" or at in _SENTENCES else widest)
