"""Commands that list what happened: runs, enrollments, journal, outbox, asks, events."""

from __future__ import annotations

import json
from typing import Any

import click

from engine.cli.options import NUMBER, Place, command, moment_of
from engine.model.nights import EventState, LetterState
from engine.report.effects import EffectWords
from engine.report.lists import render_rows, row_json
from engine.texts import Texts

_MOST = 1_000_000_000


def commands(texts: Texts) -> list[click.Command]:
    """The commands of this group."""
    return [
        _runs(texts),
        _enrollments(texts),
        _journal(texts),
        _outbox(texts),
        _asks(texts),
        _events(texts),
    ]


def _options(texts: Texts) -> list[click.Parameter]:
    return [
        click.Option(["--workflow"], default="", metavar="ID", help=texts.say("cli.option_workflow")),
        click.Option(["--record"], default="", metavar="ID", help=texts.say("cli.option_record")),
        click.Option(
            ["--run", "run_id"], type=NUMBER, default=None, metavar="RUN", help=texts.say("cli.option_run")
        ),
        click.Option(["--limit"], type=NUMBER, default=None, help=texts.say("cli.option_limit")),
    ]


def _runs(texts: Texts) -> click.Command:
    def call(place: Place, slots: bool, **chosen: Any) -> int:  # noqa: FBT001 - a flag of the command line
        return _show(place, "slots" if slots else "runs", **chosen)

    flag = click.Option(["--slots"], is_flag=True, help=texts.say("cli.option_slots"))
    since = click.Option(["--since"], default="", metavar="DAY", help=texts.say("cli.option_since"))
    until = click.Option(["--until"], default="", metavar="DAY", help=texts.say("cli.option_until"))
    return command("runs", texts, call, flag, since, until, *_options(texts))


def _enrollments(texts: Texts) -> click.Command:
    def call(place: Place, **chosen: Any) -> int:
        return _show(place, "enrollments", **chosen)

    return command("enrollments", texts, call, *_options(texts))


def _journal(texts: Texts) -> click.Command:
    def call(place: Place, failures: bool, **chosen: Any) -> int:  # noqa: FBT001 - a flag of the command line
        return _show(place, "failures" if failures else "journal", **chosen)

    flag = click.Option(["--failures"], is_flag=True, help=texts.say("cli.option_failures"))
    return command("journal", texts, call, flag, *_options(texts))


def _outbox(texts: Texts) -> click.Command:
    def call(place: Place, inbox: bool, **chosen: Any) -> int:  # noqa: FBT001 - a flag of the command line
        return _show(place, "inbox" if inbox else "outbox", **chosen)

    flag = click.Option(["--inbox"], is_flag=True, help=texts.say("cli.option_inbox"))
    states = click.Choice([str(one) for one in LetterState])
    state = click.Option(["--state"], type=states, default=None, help=texts.say("cli.option_state"))
    return command("outbox", texts, call, flag, state, *_options(texts))


def _events(texts: Texts) -> click.Command:
    def call(place: Place, **chosen: Any) -> int:
        return _show(place, "events", **chosen)

    states = click.Choice([str(one) for one in EventState])
    state = click.Option(["--state"], type=states, default=None, help=texts.say("cli.option_event_state"))
    return command("events", texts, call, state, *_options(texts))


def _asks(texts: Texts) -> click.Command:
    def call(place: Place, is_open: bool, **chosen: Any) -> int:  # noqa: FBT001 - a flag of the command line
        return _show(place, "asks", state="open" if is_open else "", **chosen)

    flag = click.Option(["--open", "is_open"], is_flag=True, help=texts.say("cli.option_open"))
    return command("asks", texts, call, flag, *_options(texts))


def _show(
    place: Place,
    name: str,
    *,
    workflow: str,
    record: str,
    run_id: int | None,
    limit: int | None,
    state: str | None = "",
    since: str = "",
    until: str = "",
) -> int:
    most = limit or (_MOST if place.as_json else 50)
    desk, texts = place.desk(), Texts.of(place.language)
    model = desk.workspace.model
    chosen: dict[str, Any] = {"workflow": workflow, "record": record, "run": run_id, "state": state or ""}
    chosen |= {"since": _day(since), "until": _day(until)}
    with desk.rows(name, limit=most, **chosen) as (session, rows):
        opened = [row_json(row, model) for row in rows]
        if place.as_json:
            click.echo(json.dumps(opened, ensure_ascii=False, indent=1))
        else:
            click.echo(render_rows(name, opened, EffectWords(texts, desk.workspace, session)))
    return 0


def _day(written: str) -> str:
    """A day as the ledger keeps it; raises WrongUsage."""
    moment = moment_of(written or None)
    return "" if moment is None else moment.date().isoformat()
