"""Which examples hold: asked for by the form after each analysis, and by whoever is about to publish."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, g, jsonify, render_template

from editor.analysis import analyse
from editor.exampled import EXAMPLES, Marks, held_of, marks_of
from editor.forms.elements import id_of
from editor.pages.given import asked_now, known, pages, source_of
from editor.pages.publish import Case, case_of, wish_of
from editor.rights import Right, needs


@pages.post("/examples/<path:file>")
@needs(Right.READ)
def try_examples(file: str) -> Response:
    """What is known by now of the examples of a text; whoever wants the rest asks again."""
    found = analyse(known(file), file, source_of(asked_now()), g.language)
    marks = marks_of(found, goes_on=True)
    if marks is None:
        return jsonify({"parts": {}, "standing": "", "is_known": True})
    return jsonify({"parts": _parts(marks), "standing": marks.standing, "is_known": marks.is_known})


def _parts(marks: Marks) -> dict[str, str]:
    """The HTML of the head of the card and of each example, by the ids that the form has for them."""
    parts = {"examples-standing": _part("standing", marks)}
    for number, one in enumerate(marks.told):
        name = id_of((EXAMPLES, number))
        parts |= {f"{name}-{part}": _part(part, one) for part in ("mark", "came")}
    return parts


def _part(part: str, one: Any) -> str:
    return render_template("example-part.html", part=part, one=one)


@pages.post("/examples-held/<path:file>")
@needs(Right.DRAFT)
def examples_before(file: str) -> str | Response:
    """Which examples publishing the text on the screen would break, as soon as that is known."""
    wish = wish_of(file, is_confirmed=False)
    return told_before(case_of(wish), {"reads_screen": not wish.restores})


def told_before(case: Case, more: Mapping[str, Any]) -> str | Response:
    """The warning before publishing; nothing as long as it is not known: the page asks again."""
    held = held_of(case.after, case.terms.workflows, goes_on=True)
    if not held.is_known:
        return Response("", 204)
    return render_template("examples-held.html", held=held, file=case.wish.file, **more)
