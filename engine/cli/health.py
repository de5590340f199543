"""The command that looks whether all is well: doctor."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import click

from engine import __version__
from engine.cli.options import Place, command
from engine.doctor import Doctor, Mark
from engine.model.moments import Clock
from engine.pipeline import store_of
from engine.report.doctor import checkup_json, render_checkup
from engine.texts import Texts
from engine.workspace import open_workspace


def commands(texts: Texts) -> list[click.Command]:
    """The commands of this group."""
    deep = click.Option(["--deep"], is_flag=True, help=texts.say("cli.option_deep"))
    return [command("doctor", texts, doctor, deep)]


def doctor(place: Place, *, deep: bool) -> int:
    """Look at everything that a night needs; 1 when something is in its way, 3 without a store."""
    workspace = open_workspace(place.workspace)
    settings = workspace.settings
    at = place.at or datetime.now(UTC)
    moment = at if at.tzinfo else at.replace(tzinfo=settings.zone)
    clock = Clock(moment.astimezone(UTC), settings.zone, settings.late_calendar)
    found = Doctor(workspace, lambda: store_of(workspace, place.store), __version__).look(clock, deep=deep)
    if place.as_json:
        click.echo(json.dumps(checkup_json(found, place.language), ensure_ascii=False, indent=1))
    else:
        click.echo(render_checkup(found, place.language))
    if not found.is_reachable:
        return 3
    return 1 if found.status is Mark.PROBLEM else 0
