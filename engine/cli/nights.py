"""Commands for nights without anybody, and for who decides by day: start, holds, approve, refuse, pause."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

import click

from engine import __version__
from engine.cli.leaving import asked_to_leave
from engine.cli.noting import note_down
from engine.cli.options import NUMBER, Amount, Place, by_option, command
from engine.cli.runs import Told
from engine.model.diagnostics import WrongUsage
from engine.posting.deliveries import Deliveries
from engine.report.nights import render_holds
from engine.texts import Texts

if TYPE_CHECKING:
    from engine.worker import Worker


def commands(texts: Texts) -> list[click.Command]:
    """The commands of this group."""
    say = texts.say
    run = click.Argument(["run"], type=NUMBER, metavar="RUN")
    workflow = click.Argument(["workflow"], metavar="WORKFLOW")
    by = by_option(texts)
    why = click.Option(["--because"], required=True, metavar="TEXT", help=say("cli.option_because"))
    maybe_why = click.Option(["--because"], default="", metavar="TEXT", help=say("cli.option_because"))
    again = click.Option(["--resume"], is_flag=True, help=say("cli.option_resume"))
    once = click.Option(["--once"], is_flag=True, help=say("cli.option_once"))
    speed = click.Option(
        ["--speed"], type=Amount(1, 1_000_000), default=None, metavar="N", help=say("cli.option_speed")
    )
    every = click.Option(
        ["--every"], type=Amount(0.01, 86_400), default=20.0, metavar="N", help=say("cli.option_every")
    )
    metrics = click.Option(["--metrics"], default="", metavar="[HOST:]PORT", help=say("cli.option_metrics"))
    return [
        command("start", texts, start, once, every, speed, metrics),
        command("holds", texts, holds),
        command("approve", texts, approve, run, by, why),
        command("refuse", texts, refuse, run, by, why),
        command("pause", texts, pause, workflow, by, maybe_why, again),
        command("confirm", texts, confirm, by),
    ]


def start(place: Place, *, once: bool, every: float, speed: float | None, metrics: str) -> int:
    """Work on what is due until a signal comes; with `once` a single round, told as by `run`."""
    from engine.log import written  # noqa: PLC0415 - only this command writes a log
    from engine.shift import Clocks  # noqa: PLC0415 - as above
    from engine.worker import Habits, Worker  # noqa: PLC0415 - as above

    if once and metrics:
        raise WrongUsage("W829", kind="once", name="metrics")
    with written(as_json=place.as_json):
        desk = place.desk()
        desk.demand_base()
        clocks = desk.clocks if speed is None else Clocks.fast(desk.clock.now.astimezone(UTC), speed)
        habits = Habits(every=timedelta(seconds=every), version=__version__)
        worker = Worker(desk.workspace, place.store, clocks, habits)
        with asked_to_leave() as leaves:
            return _one_round(worker, Told(place, desk), leaves) if once else _work(worker, metrics, leaves)


def _one_round(worker: Worker, told: Told, leaves: Callable[[], bool]) -> int:
    for done in worker.round(leaves, told.waited):
        told.take(done)
    worker.leave()
    return told.close()


def _work(worker: Worker, metrics: str, leaves: Callable[[], bool]) -> int:
    """Round after round, and the services beside it."""
    from engine.runners import Local  # noqa: PLC0415 - only this command needs it
    from engine.services import Beside, open_services, running  # noqa: PLC0415 - as above

    runner = Local(worker)
    beside = Beside(
        workspace=lambda: worker.workspace,
        open_store=lambda: worker.store,
        clock=worker.clock,
        health=runner.health,
        tally=worker.tally,
        version=__version__,
        options={"metrics": metrics},
    )
    with running(open_services(beside)):
        runner.run_worker(leaves)
    return 0


def holds(place: Place) -> int:
    """The runs that wait for a person."""
    desk = place.desk()
    rows = desk.duty.holds()
    if place.as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        click.echo(render_holds(rows, desk.workspace, place.language))
    return 0


def approve(place: Place, run: int, by: str, because: str) -> int:
    """Let a held run go on: here, or by the worker that is running."""
    desk = place.desk()
    letters: list[Deliveries] = []
    done = desk.duty.approve(run, by, because, letters.append)
    note_down(desk, "approved", str(run), by=by, because=because)
    if done is None:
        _say(place, {"run": run, "state": "due"}, "night.approved", run=run)
        return 0
    told = Told(place, desk)
    for one in letters:
        told.waited(one)
    told.take(done)
    return told.close()


def refuse(place: Place, run: int, by: str, because: str) -> int:
    """A held run is not to be."""
    desk = place.desk()
    desk.duty.refuse(run, by, because)
    note_down(desk, "refused", str(run), by=by, because=because)
    _say(place, {"run": run, "state": "refused"}, "night.refused", run=run)
    return 0


def pause(place: Place, workflow: str, by: str, because: str, *, resume: bool) -> int:
    """Let a workflow rest, or run again."""
    desk = place.desk()
    duty = desk.duty
    if resume and not duty.resume(workflow):
        raise WrongUsage("W652", workflow=workflow)
    changed = resume or duty.pause(workflow, by, because)
    if changed:
        note_down(desk, "resumed" if resume else "paused", workflow, by=by, because=because)
    key = "resumed" if resume else "paused" if changed else "paused_already"
    _say(place, {"workflow": workflow, "paused": not resume}, f"night.{key}", workflow=workflow)
    return 0


def confirm(place: Place, by: str) -> int:
    """The clock is right although it has jumped."""
    desk = place.desk()
    changed = desk.duty.confirm_time(by)
    if changed:
        note_down(desk, "confirmed", by=by)
    _say(place, {"confirmed": changed}, "night.confirmed" if changed else "night.no_doubt")
    return 0


def _say(place: Place, data: dict[str, Any], key: str, **facts: object) -> None:
    if place.as_json:
        click.echo(json.dumps(data, ensure_ascii=False, indent=1))
    else:
        click.echo(Texts.of(place.language).say(key, **facts))
    sys.stdout.flush()
