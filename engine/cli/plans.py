"""Commands that look ahead and back: plan, explain."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click

from engine.cli.options import NUMBER, Place, command, sample_option, take_sample_of
from engine.front import Desk
from engine.model.diagnostics import WrongUsage
from engine.report.effects import EffectWords
from engine.report.explain import render_explanation
from engine.report.hindsight import hindsight_json, render_hindsight
from engine.report.plan import plan_json, render_plan
from engine.texts import Texts

_SHOWN = 5


def commands(texts: Texts) -> list[click.Command]:
    """The commands of this group."""
    name = click.Argument(["name"], required=False, metavar="WORKFLOW")
    night = click.Option(["--night"], is_flag=True, help=texts.say("cli.option_night"))
    sample = sample_option(texts)
    record = click.Option(["--record"], default="", metavar="ID", help=texts.say("cli.option_record"))
    limit = click.Option(
        ["--limit"], type=click.IntRange(min=0), default=None, help=texts.say("cli.option_limit")
    )
    asked = click.Option(["--record"], required=True, metavar="ID", help=texts.say("cli.option_record"))
    run = click.Option(
        ["--run", "run_id"], type=NUMBER, default=None, metavar="RUN", help=texts.say("cli.option_past")
    )
    must = click.Argument(["name"], metavar="WORKFLOW")
    return [
        command("plan", texts, plan, name, night, sample, record, limit),
        command("explain", texts, explain, must, asked, sample, run),
    ]


def plan(place: Place, *, name: str | None, night: bool, sample: str, record: str, limit: int | None) -> int:
    """Dry run of one workflow, or of the night."""
    if night == bool(name):
        raise WrongUsage("W918")
    desk = _desk(place, name or "", sample)
    if night:
        return _plan_night(place, desk, limit)
    if record:
        return _plan_record(place, desk, name or "", record)
    with desk.plan(name or "") as dry:
        if place.as_json:
            _print_pieces(plan_json(dry, place.language, limit))
        else:
            click.echo(render_plan(dry, place.language, _SHOWN if limit is None else limit))
    return 0


def _plan_record(place: Place, desk: Desk, name: str, record: str) -> int:
    """One record of a plan: for people this is the explanation."""
    with desk.explain(name, record) as found:
        if place.as_json:
            _print_pieces(plan_json(found.dry, place.language, None, found.plan))
        else:
            click.echo(render_explanation(found, place.language))
    return 0


def _print_pieces(pieces: Iterator[str]) -> None:
    for piece in pieces:
        click.echo(piece, nl=False)
    click.echo()


def _plan_night(place: Place, desk: Desk, limit: int | None) -> int:
    texts = Texts.of(place.language)
    if place.as_json:
        between = "[\n"
        for dry in desk.plan_night():
            click.echo(between, nl=False)
            for piece in plan_json(dry, place.language, limit):
                click.echo(piece, nl=False)
            between = ",\n"
        click.echo("[]" if between == "[\n" else "\n]")
        return 0
    due, line = len(desk.due()), "─" * 60
    for number, dry in enumerate(desk.plan_night()):
        if not number:
            click.echo(texts.say("plan.night_title_one" if due == 1 else "plan.night_title", count=due))
        click.echo(f"\n{line}")
        click.echo(render_plan(dry, place.language, _SHOWN if limit is None else limit, of_night=True))
    click.echo(f"\n{line}\n{texts.say('plan.night_next')}" if due else texts.say("run.none_due"))
    return 0


def explain(place: Place, name: str, *, record: str, sample: str, run_id: int | None) -> int:
    """Why (not) this record, now or in a past run."""
    if run_id is not None:
        return _explain_past(place, _desk(place, name, sample), name, record=record, run=run_id)
    with _desk(place, name, sample).explain(name, record) as found:
        if place.as_json:
            click.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=1))
        else:
            click.echo(render_explanation(found, place.language))
    return 0


def _explain_past(place: Place, desk: Desk, name: str, *, record: str, run: int) -> int:
    """What a run did with a record; where the ledger does not say why not, the conditions are asked again."""
    workflow, model = desk.workspace.workflow(name), desk.workspace.model
    with desk.look_back(name, record, run) as (session, found, again):
        if place.as_json:
            click.echo(json.dumps(hindsight_json(found, again, model), ensure_ascii=False, indent=1))
            return 0
        words = EffectWords(Texts.of(place.language), desk.workspace, session)
        title = words.title(workflow.module, again.plan.record) if again and workflow else record
        told = workflow.names.of(place.language) if workflow else name
        click.echo(render_hindsight(found, again, words, model, names=(told, title)))
    return 0


def _desk(place: Place, name: str, sample: str) -> Desk:
    desk = place.desk([name] if name else [])
    take_sample_of(place, desk, sample)
    return desk
