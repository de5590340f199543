"""The command that does it: run."""

from __future__ import annotations

import json
from typing import Any

import click

from engine.cli.errors import render_failure
from engine.cli.options import Place, command
from engine.front import Desk
from engine.model.diagnostics import has_errors
from engine.report.diagnostics import render_diagnostics
from engine.report.runs import render_run
from engine.texts import Texts


def commands(texts: Texts) -> list[click.Command]:
    """The commands of this group."""
    names = click.Argument(["names"], nargs=-1, metavar="[WORKFLOW…]")
    return [command("run", texts, run, names)]


def run(place: Place, names: tuple[str, ...]) -> int:
    """Execute now; 1 when a run was held or refused or a file is broken, 3 when one failed."""
    desk = place.desk(names)
    found, code = [], _tell_broken(place, desk, names)
    for one, result, deliveries in desk.run(dict.fromkeys(names)):
        found.append({**result.as_json(), "sent": deliveries.sent, "not_sent": deliveries.failed})
        state = {"done": 0, "held": 1, "refused": 1}.get(result.state, 3)
        code = max(code, state, 3 if deliveries.failed else 0)
        if result.error is not None:
            click.echo(render_failure(result.error, place.language), err=True)
        elif not place.as_json:
            click.echo(render_run(one, result, deliveries, place.language))
    _tell_sum(place, found)
    return code


def _tell_sum(place: Place, found: list[dict[str, Any]]) -> None:
    """How many ran; failures have been told already."""
    say, done = Texts.of(place.language).say, [one for one in found if one["error"] is None]
    if place.as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    elif done or not found:
        click.echo(say("run.summary", count=len(done)) if done else say("run.none_due"))


def _tell_broken(place: Place, desk: Desk, names: tuple[str, ...]) -> int:
    """A night is not stopped by a broken file, but it is told."""
    diagnostics = desk.workspace.diagnostics
    if names or not has_errors(diagnostics):
        return 0
    click.echo(render_diagnostics(diagnostics, desk.workspace.documents, place.language), err=True)
    return 1
