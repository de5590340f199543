"""What `wakeline doctor` has seen, for people and for machines."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from engine.doctor import Check, Checkup
from engine.texts import Texts


def render_checkup(found: Checkup, language: str) -> str:
    """A line a check under the name of its group, with what to do; a sum at the end."""
    texts = Texts.of(language)
    blocks = [
        "\n".join(
            [texts.say(f"doctor.groups.{name}"), *(line for one in group for line in _lines(one, texts))]
        )
        for name, group in groupby(found.checks, key=lambda one: one.group)
    ]
    return "\n\n".join([*blocks, texts.say(f"doctor.{found.status}", **_counts(found))])


def checkup_json(found: Checkup, language: str) -> dict[str, Any]:
    """The same as an object."""
    texts = Texts.of(language)
    return {"status": str(found.status), "checks": [_as_json(one, texts) for one in found.checks]}


def _lines(one: Check, texts: Texts) -> Iterator[str]:
    facts = dict(one.facts)
    mark, hint = texts.say(f"doctor.marks.{one.status}"), texts.hint(one.code, facts)
    code = "" if one.status == "ok" else f" {one.code}"
    yield f"  {mark}{code} {texts.message(one.code, facts)}"
    if hint:
        yield f"      {texts.say('doctor.hint', hint=hint)}"


def _as_json(one: Check, texts: Texts) -> dict[str, Any]:
    facts = dict(one.facts)
    return {
        "group": one.group,
        "name": one.name,
        "status": str(one.status),
        "code": one.code,
        "message": texts.message(one.code, facts),
        "hint": texts.hint(one.code, facts),
        "facts": facts,
    }


def _counts(found: Checkup) -> dict[str, int]:
    states = [str(one.status) for one in found.checks]
    return {"problems": states.count("problem"), "notes": states.count("note"), "count": len(states)}
