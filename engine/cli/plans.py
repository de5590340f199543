"""Commands that look ahead and back: plan, explain."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click

from engine.cli.options import LIMIT, Place, command, sample_option, take_sample_of
from engine.front import Desk
from engine.model.diagnostics import WrongUsage
from engine.report.diff import diff_json, render_diff
from engine.report.explain import explanation_json, render_explanation
from engine.report.hindsight import recalled_json, render_recalled
from engine.report.plan import plan_json, render_plan
from engine.texts import Texts

_SHOWN = 5


def commands(texts: Texts) -> list[click.Command]:
    """The commands of this group."""
    name = click.Argument(["name"], required=False, metavar="WORKFLOW")
    night = click.Option(["--night"], is_flag=True, help=texts.say("cli.option_night"))
    sample = sample_option(texts)
    record = click.Option(["--record"], default="", metavar="ID", help=texts.say("cli.option_record"))
    limit = click.Option(["--limit"], type=LIMIT, default=None, help=texts.say("cli.option_limit"))
    bare = click.Option(["--no-funnel", "bare"], is_flag=True, help=texts.say("cli.option_no_funnel"))
    asked = click.Option(["--record"], required=True, metavar="ID", help=texts.say("cli.option_record"))
    run = click.Option(["--run", "past"], default=None, metavar="RUN|DAY", help=texts.say("cli.option_past"))
    must = click.Argument(["name"], metavar="WORKFLOW")
    sides = {"from": "before", "to": "after"}
    before, after = (
        click.Option(
            [f"--{one}", name], default="", metavar="VERSION|FILE", help=texts.say(f"cli.option_{one}")
        )
        for one, name in sides.items()
    )
    return [
        command("plan", texts, plan, name, night, sample, record, limit, bare),
        command("explain", texts, explain, must, asked, sample, run),
        command("diff", texts, diff, must, before, after, sample, limit),
    ]


def plan(
    place: Place,
    *,
    name: str | None,
    night: bool,
    sample: str,
    record: str,
    limit: int | None,
    bare: bool,
) -> int:
    """Dry run of one workflow, or of the night."""
    if night == bool(name):
        raise WrongUsage("W918")
    desk = _desk(place, name or "", sample)
    if night:
        return _plan_night(place, desk, limit)
    if record:
        return _plan_record(place, desk, name or "", record)
    with desk.plan(name or "", with_funnel=not bare) as dry:
        if place.as_json:
            _print_pieces(plan_json(dry, place.language, limit))
        else:
            click.echo(render_plan(dry, place.language, _SHOWN if limit is None else limit))
    return 0


def _plan_record(place: Place, desk: Desk, name: str, record: str) -> int:
    """One record of a plan: for people this is the explanation."""
    if place.as_json:
        with desk.plan(name) as dry:
            _print_pieces(plan_json(dry, place.language, None, dry.named(record)))
        return 0
    with desk.explain(name, record) as (found, course):
        click.echo(render_explanation(found, course, place.language))
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
            click.echo(texts.say("plan.night_title", count=due))
        click.echo(f"\n{line}")
        click.echo(render_plan(dry, place.language, _SHOWN if limit is None else limit, of_night=True))
    click.echo(f"\n{line}\n{texts.say('plan.night_next')}" if due else texts.say("run.none_due"))
    return 0


def explain(place: Place, name: str, *, record: str, sample: str, past: str | None) -> int:
    """Why (not) this record, now or in a past run."""
    if past is not None:
        return _explain_past(place, _desk(place, name, sample), name, record=record, run=past)
    with _desk(place, name, sample).explain(name, record) as (found, course):
        if place.as_json:
            click.echo(json.dumps(explanation_json(found, course), ensure_ascii=False, indent=1))
        else:
            click.echo(render_explanation(found, course, place.language))
    return 0


def diff(place: Place, name: str, *, before: str, after: str, sample: str, limit: int | None) -> int:
    """What another version of a workflow does other than the one before."""
    desk = place.desk([name])
    sides = desk.sides(name, before, after)
    take_sample_of(place, desk, sample)
    with desk.diff(*sides) as found:
        if place.as_json:
            _print_pieces(diff_json(found, place.language, limit))
        else:
            click.echo(render_diff(found, place.language, _SHOWN if limit is None else limit))
    return 0


def _explain_past(place: Place, desk: Desk, name: str, *, record: str, run: str) -> int:
    """What a run did with a record, and why."""
    with desk.recall(name, record, run) as found:
        if place.as_json:
            told = recalled_json(found, desk.workspace.model)
            click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        else:
            click.echo(render_recalled(found, desk.workspace, name, place.language))
    return 0


def _desk(place: Place, name: str, sample: str) -> Desk:
    desk = place.desk([name] if name else [])
    take_sample_of(place, desk, sample)
    return desk
