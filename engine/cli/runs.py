"""The command that does it: run."""

from __future__ import annotations

import json
from typing import Any

import click

from engine.cli.bars import Bars
from engine.cli.errors import render_failure
from engine.cli.options import Place, command
from engine.front import Desk
from engine.model.diagnostics import WrongUsage, has_errors
from engine.model.workflow import Workflow
from engine.pipeline import RunResult
from engine.posting.deliveries import Deliveries
from engine.publishing import Runnable
from engine.report.diagnostics import render_diagnostics
from engine.report.runs import render_drift, render_run, render_unborn, render_waited
from engine.texts import Texts


def commands(texts: Texts) -> list[click.Command]:
    """The commands of this group."""
    names = click.Argument(["names"], nargs=-1, metavar="[WORKFLOW…]")
    about = texts.say("cli.option_exactly")
    exactly = click.Option(["--approve", "plan"], default=None, metavar="FINGERPRINT", help=about)
    return [command("run", texts, run, names, exactly)]


def run(place: Place, names: tuple[str, ...], plan: str | None) -> int:
    """Execute now, or exactly a plan; 1: one was held or refused, or a file is broken; 3: one failed."""
    desk = place.desk(names)
    if plan is not None and names:
        raise WrongUsage("W677")
    told = Told(place, desk, names)
    with Bars(place.language).shown() as bars:

        def waited(deliveries: Deliveries) -> None:
            bars.clear()
            told.waited(deliveries)

        runs = desk.run_exactly(plan, waited) if plan is not None else desk.run(dict.fromkeys(names), waited)
        for done in runs:
            bars.clear()
            told.take(done)
    return told.close()


class Told:
    """Runs as they are printed, one after the other, and the exit code they add up to."""

    def __init__(self, place: Place, desk: Desk, names: tuple[str, ...] = ()) -> None:
        self._place, self._desk, self._names = place, desk, names
        self._found = list[dict[str, Any]]()
        self._code, self._reasons = _tell_broken(place, desk, names), set[str]()

    def take(self, done: tuple[Runnable, RunResult, Deliveries]) -> None:
        """Print one, unless machines read: they get all of them at the end."""
        place, (one, result, deliveries) = self._place, done
        letters = {"sent": deliveries.sent, "not_sent": deliveries.failed, "in_doubt": deliveries.in_doubt}
        self._found.append({**result.as_json(), **letters})
        state = {"done": 0, "held": 1, "refused": 1}.get(result.state, 3)
        self._code = max(self._code, state, _code_of(deliveries))
        self._tell_unsent(deliveries)
        if result.error is not None:
            click.echo(render_failure(result.error, place.language), err=True)
            if result.drift is not None and not place.as_json:
                click.echo(render_drift(result.drift, place.language))
        elif not place.as_json:
            click.echo(render_run(one, result, deliveries, place.language))

    def waited(self, deliveries: Deliveries) -> None:
        """Print what became of letters of earlier runs; machines are told beside the runs what is wrong."""
        code = _code_of(deliveries)
        self._code = max(self._code, code)
        self._tell_unsent(deliveries)
        told = render_waited(deliveries, self._place.language)
        if told and (code or not self._place.as_json):
            click.echo(told, err=self._place.as_json)

    def _tell_unsent(self, deliveries: Deliveries) -> None:
        """Why a channel sends nothing: once, however many runs meet it."""
        for failure in deliveries.told:
            sentence = render_failure(failure, self._place.language)
            if sentence not in self._reasons:
                click.echo(sentence, err=True)
            self._reasons.add(sentence)

    def close(self) -> int:
        """Print the sum, and for whom nothing has happened; the exit code."""
        idle = [] if self._place.as_json else self._idle()
        texts = Texts.of(self._place.language)
        for one in idle:
            click.echo(texts.say("run.none_happened", name=one.names.of(texts.language), workflow=one.id))
        if self._found or not idle:
            _tell_sum(self._place, self._found)
        if not self._place.as_json and not self._names:
            click.echo(render_unborn(self._desk.releases.unborn(), texts), nl=False)
        return self._code

    def _idle(self) -> list[Workflow]:
        """The workflows that were asked for and start on events alone, and there were none."""
        ran = {one["workflow"] for one in self._found}
        found = [self._desk.workspace.workflow(name) for name in self._names]
        return [one for one in found if one is not None and one.waits_for_events and one.id not in ran]


def _code_of(deliveries: Deliveries) -> int:
    """3 where letters did not leave that were to, or may have."""
    return 3 if deliveries.failed or deliveries.in_doubt else 0


def _tell_broken(place: Place, desk: Desk, names: tuple[str, ...]) -> int:
    """A night is not stopped by a broken file, but it is told."""
    diagnostics = desk.workspace.diagnostics
    if names or not has_errors(diagnostics):
        return 0
    click.echo(render_diagnostics(diagnostics, desk.workspace.documents, place.language), err=True)
    return 1


def _tell_sum(place: Place, found: list[dict[str, Any]]) -> None:
    """How many ran; failures have been told already."""
    say, done = Texts.of(place.language).say, [one for one in found if one["error"] is None]
    if place.as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    elif done or not found:
        click.echo(say("run.summary", count=len(done)) if done else say("run.none_due"))
