"""The command that answers a question: decide."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from engine.cli.noting import note_down
from engine.cli.options import NUMBER, Place, by_option, command
from engine.texts import Texts


def commands(texts: Texts) -> list[click.Command]:
    """The commands of this group."""
    ask = click.Argument(["ask"], type=NUMBER, metavar="ASK")
    answer = click.Argument(["answer"], metavar="ANSWER")
    by = by_option(texts, required=False)
    return [command("decide", texts, decide, ask, answer, by)]


def decide(place: Place, ask: int, answer: str, by: str) -> int:
    """Keep the answer; the workflow goes on with its next run."""
    desk = place.desk()
    decided = desk.decide(ask, answer, by)
    note_down(desk, "decided", str(ask), by=by, answer=decided.answer)
    if place.as_json:
        click.echo(json.dumps(asdict(decided), ensure_ascii=False, indent=1))
    else:
        told = {"ask": ask, "answer": decided.answer, "person": decided.decided_by}
        click.echo(Texts.of(place.language).say("plan.decided", **told))
    return 0
