"""The demo: one night on the sample data, in a folder of its own, told step by step."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from engine.front import Desk
from engine.model.nights import Cause
from engine.report.explain import render_explanation
from engine.report.layout import indented
from engine.report.nights import render_holds
from engine.report.plan import render_plan
from engine.report.runs import render_run
from engine.shipped import copy_workspace
from engine.texts import Texts

NIGHT = datetime(2026, 4, 1, 1, 0)  # noqa: DTZ001 - the workspace's wall clock
_SHOWN = "silent-first-touch"
_RECORDS = ("C00005", "C00014")


def tell_demo(language: str) -> Iterator[str]:
    """The demo's output, line by line, while it happens."""
    say = Texts.of(language).say
    folder = Path(tempfile.mkdtemp(prefix="wakeline-demo-"))
    copy_workspace(folder)
    desk = Desk(folder, at=NIGHT)
    customers = desk.workspace.model.modules["customers"]
    yield say("demo.step_import")
    for module in desk.workspace.model.modules.values():
        report = desk.import_file(module.key, folder / "samples" / f"{module.key}.csv")
        yield say("demo.imported", module=module.labels.of(language), count=report.added)
    yield ""
    yield say("demo.step_plan", count=len(desk.due()), module=customers.labels.of(language))
    due = [one.id for one in desk.due()]
    yield from _tell_plan(desk, language)
    yield ""
    yield say("demo.step_run")
    yield from _tell_run(desk, language)
    yield ""
    yield say("demo.step_hold")
    yield from _tell_hold(desk, language)
    yield ""
    yield say("demo.step_again")
    yield from _tell_run(desk, language, due)
    yield ""
    yield say("demo.step_why")
    yield from _tell_why(desk, language)
    yield ""
    yield say("demo.end", folder=folder, commands=_commands(folder, language))


def _tell_plan(desk: Desk, language: str) -> Iterator[str]:
    say = Texts.of(language).say
    shown = ""
    for dry in desk.plan_night():
        counts = dry.counts
        yield say(
            "demo.plan_line",
            name=dry.workflow.names.of(language),
            matched=counts.matched,
            not_matched=counts.not_matched,
            undecided=counts.undecided,
        )
        if dry.workflow.id == _SHOWN:
            shown = render_plan(dry, language, 2, of_night=True)
    yield ""
    yield indented(shown)


def _tell_run(desk: Desk, language: str, names: Sequence[str] = ()) -> Iterator[str]:
    """All that is due; a second time by name, for a slot that has run is not due any more.

    What a run changes may start others at once; where it starts nobody, there is nothing to tell.
    """
    for one, result, deliveries in desk.run(names):
        if result.cause is Cause.EVENT and not result.started:
            continue
        yield indented(indented(render_run(one, result, deliveries, language)))


def _tell_hold(desk: Desk, language: str) -> Iterator[str]:
    """The first night meets a backlog: what the guard has held is approved by a person."""
    say = Texts.of(language).say
    rows = desk.duty.holds()
    yield indented(indented(render_holds(rows, desk.workspace, language)))
    for row in rows:
        because = say("demo.because")
        command = f'wakeline approve {row["run"]} --by {say("demo.somebody")} --because "{because}"'
        yield indented(indented(f"$ {command}"))
        done = desk.duty.approve(row["run"], say("demo.somebody"), because)
        assert done is not None
        yield indented(indented(render_run(*done, language)))


def _tell_why(desk: Desk, language: str) -> Iterator[str]:
    for record in _RECORDS:
        with desk.explain(_SHOWN, record) as (found, course):
            yield indented(indented(render_explanation(found, course, language)))
            yield ""


def _commands(folder: Path, language: str) -> str:
    flags = f"--workspace {folder} --at 2026-04-01T01:00" + (
        "" if language == "zh" else f" --lang {language}"
    )
    asked = (
        f"explain {_SHOWN} --record C00005",
        "journal --record C00005",
        "outbox --limit 3",
        "export tasks --out tasks.csv",
    )
    program = "wakeline" if shutil.which("wakeline") else os.path.relpath(sys.argv[0])
    return "\n".join(f"  {program} {one} {flags}" for one in asked)
