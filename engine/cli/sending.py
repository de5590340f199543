"""What people decide about sending: stop, go on, settle a letter in doubt, confirm a place."""

from __future__ import annotations

from typing import Any

import click

from engine.cli.noting import note_down
from engine.cli.options import NUMBER, Place, by_option, command
from engine.model.diagnostics import WrongUsage
from engine.texts import Texts

_DECISIONS = ("sent", "resend", "drop")


def commands(texts: Texts) -> list[click.Command]:
    """The commands of this group."""
    say = texts.say
    by = by_option(texts)
    because = click.Option(["--because"], default="", metavar="TEXT", help=say("cli.option_because"))
    letter = click.Argument(["letter"], type=NUMBER, metavar="LETTER")
    flags = [
        click.Option([f"--{one}"], is_flag=True, help=say(f"cli.option_settle_{one}")) for one in _DECISIONS
    ]
    return [
        command("stop-sending", texts, _stop, by, because),
        command("resume-sending", texts, _resume, by),
        command("settle", texts, _settle, letter, *flags, by),
        command("confirm-sending", texts, _confirm, by),
    ]


def _stop(place: Place, by: str, because: str) -> int:
    desk = place.desk()
    with desk.post_office() as (office, now):
        office.stop(by, because, now)
    note_down(desk, "sending_stopped", by=by, because=because)
    click.echo(Texts.of(place.language).say("cli.stopped_sending"))
    return 0


def _resume(place: Place, by: str) -> int:
    desk = place.desk()
    changed = desk.resume_sending()
    if changed:
        note_down(desk, "sending_resumed", by=by)
    key = "resumed_sending" if changed else "nothing_stopped"
    click.echo(Texts.of(place.language).say(f"cli.{key}", name=by))
    return 0


def _settle(place: Place, letter: int, by: str, **flags: Any) -> int:
    chosen = [name for name in _DECISIONS if flags[name]]
    if len(chosen) != 1:
        raise WrongUsage("W737", kind="several" if chosen else "")
    desk = place.desk()
    desk.settle(letter, chosen[0], by)
    note_down(desk, "settled", str(letter), by=by, decision=chosen[0])
    click.echo(Texts.of(place.language).say(f"cli.settled_{chosen[0]}", value=letter))
    return 0


def _confirm(place: Place, by: str) -> int:
    desk = place.desk()
    with desk.post_office() as (office, now):
        marked, lost = office.confirm(by, now)
    note_down(desk, "confirmed", by=by)
    say = Texts.of(place.language).say
    click.echo(say("cli.confirmed", marked=marked, lost=lost))
    return 0
