"""What people decide about what happened: each is done, written down, and told on the page they came from."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from flask import flash, g, redirect, render_template, request
from werkzeug.wrappers import Response

from editor.pages.links import back_url
from editor.visitors import visitor
from editor.words import words_in
from engine import EngineError, Texts, WrongUsage

Answer: TypeAlias = Response | tuple[str, int]
_LONGEST = 500


def refusal_of(act: Callable[[], object]) -> str:
    """Do it; why it could not be done, in a sentence or two, empty where it was."""
    try:
        act()
    except WrongUsage as failure:
        return in_words(failure)
    return ""


def in_words(failure: EngineError) -> str:
    """What could not be done, and the remedy."""
    texts = Texts.of(g.language)
    return f"{texts.message(failure.code, failure.facts)} {texts.hint(failure.code, failure.facts)}".strip()


def done(key: str, usual: str, **facts: object) -> Response:
    """Back to where the form stood, which says what was done."""
    flash(words_in(g.language).say(f"done.{key}", **facts))
    return redirect(back_url(usual), 303)


def refused(message: str, usual: str) -> Answer:
    """A page that says why nothing was done, and leads back."""
    return render_template("refused.html", message=message, back=back_url(usual)), 409


def name_here() -> str:
    """Whose decision it is, as the ledger keeps it."""
    found = visitor()
    return "" if found is None else found.name


def reason_given() -> str:
    """Why, as a form says it."""
    return " ".join(request.form.get("because", "").split())[:_LONGEST]
