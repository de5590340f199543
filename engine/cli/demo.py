"""The command `demo`: a night on sample data, told step by step."""

from __future__ import annotations

import click

from engine.cli.options import Place, command
from engine.texts import Texts


def commands(texts: Texts) -> list[click.Command]:
    """The commands of this group."""
    return [command("demo", texts, demo)]


def demo(place: Place) -> int:
    """Import, plan, run, run again, explain."""
    from engine.demo import tell_demo  # noqa: PLC0415 - only here

    for line in tell_demo(place.language):
        click.echo(line)
    return 0
