"""The command that reads workflow files back in plain words: describe."""

from __future__ import annotations

import json

import click

from engine.cli.options import Place, command
from engine.report.describe import describe as told
from engine.report.describe import render_sentence, render_sentences
from engine.texts import Texts


def commands(texts: Texts) -> list[click.Command]:
    """The commands of this group."""
    names = click.Argument(["names"], nargs=-1, metavar="[WORKFLOW]...")
    return [command("describe", texts, describe, names)]


def describe(place: Place, names: tuple[str, ...]) -> int:
    """What workflows do, in words; all active ones when none is named."""
    desk = place.desk(names)
    sentences = told(desk.outlooks(names), desk.workspace, place.language)
    if place.as_json:
        found = [one.as_json(render_sentence(one, place.language)) for one in sentences]
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        click.echo(render_sentences(sentences, place.language, with_ids=not names))
    return 0
