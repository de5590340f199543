"""The command that takes back what a run did: undo."""

from __future__ import annotations

import click

from engine.cli.noting import note_down
from engine.cli.options import LIMIT, Place, by_option, command
from engine.report.effects import EffectWords
from engine.report.undo import render_undo, undo_json
from engine.texts import Texts

_SHOWN = 5


def commands(texts: Texts) -> list[click.Command]:
    """The commands of this group."""
    say = texts.say
    run = click.Argument(["run"], type=click.IntRange(1), metavar="RUN")
    dry = click.Option(["--dry-run", "is_dry"], is_flag=True, help=say("cli.option_dry"))
    again = click.Option(["--again"], is_flag=True, help=say("cli.option_again"))
    limit = click.Option(["--limit"], type=LIMIT, default=None, help=say("cli.option_limit"))
    return [command("undo", texts, undo, run, by_option(texts, required=False), dry, again, limit)]


def undo(place: Place, run: int, *, by: str, is_dry: bool, again: bool, limit: int | None) -> int:
    """Take a run back, or list what that would do."""
    desk = place.desk()
    desk.demand_base()
    with desk.duty.undo(run, by, again=again, is_dry=is_dry) as found:
        words = EffectWords(Texts.of(place.language), desk.workspace, found.session)
        if place.as_json:
            for piece in undo_json(found, words, limit):
                click.echo(piece, nl=False)
            click.echo()
        else:
            click.echo(render_undo(found, words, _SHOWN if limit is None else limit))
    if not is_dry:
        note_down(desk, "undone", str(run), by=by, again=again or None)
    return 0
