"""The command that tells a workflow what happened to a record: event."""

from __future__ import annotations

import json
from typing import Any

import click

from engine.cli.options import Place, command
from engine.model.diagnostics import WrongUsage
from engine.texts import Texts

_MOST_DATA = 10_000


def commands(texts: Texts) -> list[click.Command]:
    """The commands of this group."""
    say = texts.say
    workflow = click.Argument(["workflow"], metavar="WORKFLOW")
    record = click.Argument(["record"], metavar="RECORD")
    key = click.Option(["--key"], default="", metavar="KEY", help=say("cli.option_key"))
    data = click.Option(["--data"], default="", metavar="JSON", help=say("cli.option_json"))
    return [command("event", texts, event, workflow, record, key, data)]


def event(place: Place, workflow: str, record: str, *, key: str, data: str) -> int:
    """Note it; the workflow takes it with its next run. One that is known already changes nothing."""
    found, is_new = place.desk([workflow]).put_event(workflow, record, key=key, data=_opened(data))
    if place.as_json:
        told = {"workflow": found.workflow, "record": found.record, "key": found.key, "new": is_new}
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        facts = {"workflow": found.workflow, "record": found.record, "key": key}
        click.echo(Texts.of(place.language).say("event.put" if is_new else "event.known", **facts))
    return 0


def _opened(written: str) -> dict[str, Any]:
    """Keys and values. Raises WrongUsage for anything else."""
    if not written:
        return {}
    try:
        data = json.loads(written) if len(written) <= _MOST_DATA else None
        json.dumps(data, allow_nan=False)  # no JSON has NaN, or a number beyond all bounds
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise WrongUsage("W924", value=written, limit=_MOST_DATA)
    return data
