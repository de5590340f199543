"""The dry run of the text on the screen: on sample data or the store, on a chosen day; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask import render_template

from editor.studio import SAMPLES, Studio
from engine import EngineError, FilesRejected, PlanTold, Texts, render_explanation

_SHOWN = 20


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see: which data, which day, which record beside the whole."""

    file: str
    text: str
    data: str
    at: datetime | None
    record: str
    language: str


def dry_run(studio: Studio, asked: Asked) -> str:
    """The result as HTML; what keeps it from being one is told in its place."""
    try:
        return "".join(_parts(studio, asked))
    except FilesRejected:
        return render_template("dry-run-failed.html", problem="", hint="")
    except EngineError as failure:
        texts = Texts.of(asked.language)
        message = texts.message(failure.code, failure.facts)
        hint = texts.hint(failure.code, failure.facts)
        return render_template("dry-run-failed.html", problem=message, hint=hint)


def _parts(studio: Studio, asked: Asked) -> Iterator[str]:
    desk = studio.desk(asked.at).trying(asked.file, asked.text)
    if asked.data == SAMPLES:
        desk.sample(studio.root / SAMPLES)
    found = [one.id for one in desk.workspace.workflows if one.file == asked.file]
    same = [one for one in desk.workspace.workflows if one.id in found]
    if len(same) != 1:  # it has errors, or another file has its id
        raise FilesRejected(desk.workspace.diagnostics)
    name = found[0]
    if asked.record:
        with desk.explain(name, asked.record) as (why, course):
            yield render_template("why.html", told=render_explanation(why, course, asked.language))
    with desk.plan(name) as dry:
        told = PlanTold(dry, asked.language)
        yield render_template(
            "dry-run.html",
            told=told,
            counts=dry.counts,
            verdicts=list(told.verdicts()),
            effects=list(told.effects()),
            funnel=list(told.funnel()),
            records=told.records(_SHOWN),
            undecided=told.undecided(_SHOWN),
        )
