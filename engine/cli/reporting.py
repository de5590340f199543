"""The command that tells what happened and what it led to: report."""

from __future__ import annotations

import json
from datetime import timedelta

import click

from engine.cli.options import LIMIT, Place, command, moment_of
from engine.report.figures import render_report, report_json
from engine.reporting import USUAL_DAYS, USUAL_MOST, Period
from engine.texts import Texts


def commands(texts: Texts) -> list[click.Command]:
    """The commands of this group."""
    say = texts.say
    name = click.Argument(["name"], required=False, metavar="NAME")
    since = click.Option(["--since"], default=None, metavar="DAY", help=say("cli.option_since"))
    until = click.Option(["--until"], default=None, metavar="DAY", help=say("cli.option_until"))
    about = say("cli.option_most")
    most = click.Option(["--most"], type=LIMIT, default=USUAL_MOST, show_default=True, help=about)
    return [command("report", texts, report, name, since, until, most)]


def report(place: Place, *, name: str | None, since: str | None, until: str | None, most: int) -> int:
    """What happened in some days: the last thirty where none are named."""
    desk = place.desk()
    last, first = moment_of(until), moment_of(since)
    end = desk.clock.today if last is None else last.date()
    begin = end - timedelta(days=USUAL_DAYS - 1) if first is None else first.date()
    found = desk.report(Period(begin, end, name or "", most))
    if place.as_json:
        told = report_json(found, desk.workspace, place.language)
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        click.echo(render_report(found, desk.workspace, place.language))
    return 0
