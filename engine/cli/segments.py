"""Commands about lists of records: segment."""

from __future__ import annotations

import json
from pathlib import Path

import click

from engine.cli.options import Place, command, take_sample
from engine.report.segments import render_segment, render_segments
from engine.texts import Texts

_SHOWN = 20


def commands(texts: Texts) -> list[click.Command]:
    """The commands of this group."""
    name = click.Argument(["name"], required=False, metavar="NAME")
    sample = click.Option(["--sample"], default="", metavar="DIR", help=texts.say("cli.option_sample"))
    limit = click.Option(
        ["--limit"], type=click.IntRange(min=0), default=None, help=texts.say("cli.option_limit")
    )
    return [command("segment", texts, segment, name, sample, limit)]


def segment(place: Place, *, name: str | None, sample: str, limit: int | None) -> int:
    """Who is on a list now; without a name, which lists there are."""
    desk = place.desk()
    if sample:
        folder = Path(sample)
        take_sample(place, desk, folder if folder.is_dir() else place.workspace / sample)
    if name is None:
        with desk.segments() as lists:
            found = list(lists)
            if place.as_json:
                click.echo(json.dumps([one.head_json() for one in found], ensure_ascii=False, indent=1))
            else:
                click.echo(render_segments(found, place.language))
        return 0
    with desk.segment(name) as one:
        if place.as_json:
            click.echo(json.dumps(one.as_json(limit), ensure_ascii=False, indent=1))
        else:
            settings = desk.workspace.settings
            click.echo(render_segment(one, settings, place.language, _SHOWN if limit is None else limit))
    return 0
