"""Commands that propose and change nothing: advise."""

from __future__ import annotations

import json

import click

from engine.cli.options import Place, command, sample_option, take_sample_of
from engine.report.advice import advice_json, render_advice
from engine.texts import Texts


def commands(texts: Texts) -> list[click.Command]:
    """The commands of this group."""
    name = click.Argument(["name"], required=False, metavar="WORKFLOW|TABLE.COLUMN")
    within = click.Option(
        ["--within"],
        default="90 days",
        metavar="LENGTH",
        show_default=True,
        help=texts.say("cli.option_within"),
    )
    most = click.Option(
        ["--false-alarms"],
        default="30 %",
        metavar="PERCENT",
        show_default=True,
        help=texts.say("cli.option_false_alarms"),
    )
    return [command("advise", texts, advise, name, within, most, sample_option(texts))]


def advise(place: Place, *, name: str | None, within: str, false_alarms: str, sample: str) -> int:
    """What the records' history says of the lengths that files ask for."""
    desk = place.desk([name] if name else [])
    take_sample_of(place, desk, sample)
    with desk.advise(name or "", within=within, most=false_alarms) as found:
        if place.as_json:
            click.echo(json.dumps(advice_json(found), ensure_ascii=False, indent=1))
        else:
            click.echo(render_advice(found, place.language))
    return 0
