"""The command `simulate`: many nights on a copy that is thrown away."""

from __future__ import annotations

import json
from pathlib import Path

import click

from engine.cli.bars import Bars
from engine.cli.leaving import asked_to_leave
from engine.cli.options import NUMBER, Place, command, take_sample
from engine.report.simulation import render_simulation, simulation_csv, simulation_json
from engine.report.simulation_page import simulation_page
from engine.texts import Texts

_LEFT = 130
"""The exit code of a program that Ctrl-C ends."""


def commands(texts: Texts) -> list[click.Command]:
    """The commands of this group."""
    say = texts.say
    names = click.Argument(["names"], nargs=-1, metavar="[WORKFLOW]…")
    nights = click.Option(
        ["--nights"], type=NUMBER, default=180, show_default=True, metavar="N", help=say("cli.option_nights")
    )
    seed = click.Option(
        ["--seed"], type=NUMBER, default=7, show_default=True, metavar="N", help=say("cli.option_seed")
    )
    sample = click.Option(["--sample"], default="", metavar="DIR", help=say("cli.option_sample"))
    table = click.Option(["--csv"], default="", metavar="FILE", help=say("cli.option_csv"))
    page = click.Option(["--html"], default="", metavar="FILE", help=say("cli.option_html"))
    return [command("simulate", texts, simulate, names, nights, seed, sample, table, page)]


def simulate(
    place: Place, *, names: tuple[str, ...], nights: int, seed: int, sample: str, csv: str, html: str
) -> int:
    """Play nights, and tell what would come of them; 130 where it was broken off."""
    desk = place.desk(names)
    if sample:
        take_sample(place, desk, Path(sample))
    texts = Texts.of(place.language)
    with asked_to_leave() as leaves, Bars(place.language).shown():
        name = texts.say("simulation.progress")
        found = desk.simulate(names, nights=nights, seed=seed, leaves=leaves, name=name)
    if csv:
        Path(csv).write_text(simulation_csv(found), "utf-8-sig")
    if html:
        Path(html).write_text(simulation_page(found, place.language), "utf-8")
    if place.as_json:
        click.echo(json.dumps(simulation_json(found), ensure_ascii=False, indent=1))
    else:
        click.echo(render_simulation(found, place.language))
        for file in filter(None, (csv, html)):
            click.echo(texts.say("simulation.written", file=file))
    return 0 if found.is_whole else _LEFT
