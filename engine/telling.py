"""Who is told when a run is held or fails, or a file is missing: somebody who can do something about it.

That is the workspace's `fallback_person`, on their Wakeline page. The caller holds the transaction.
"""

from __future__ import annotations

from engine.guards import Held
from engine.handover import Missing
from engine.ledger.agenda import RunRow
from engine.model.nights import BY_PEOPLE
from engine.publishing import Runnable
from engine.shift import Shift
from engine.texts import Texts


def tell_of_hold(shift: Shift, run: RunRow, one: Runnable, held: Held) -> None:
    """A run that waits for a person waits for somebody who knows of it (RELIABILITY, check 2)."""
    if run.cause in BY_PEOPLE:
        return
    texts = Texts.of(shift.roster.workspace.settings.language)
    tell(shift, run, "held", reason=held.told(texts), name=one.workflow.names.of(texts.language))


def tell_of_missing(shift: Shift, missing: Missing) -> None:
    """While there is time to put the file back; the workflow's latest run stands for it."""
    run = shift.agenda.latest(missing.workflow)
    if run is not None:
        until = missing.until.astimezone(shift.roster.workspace.settings.zone)
        facts = {"count": missing.waiting, "letters": missing.letters, "until": f"{until:%Y-%m-%d %H:%M}"}
        tell(shift, run, f"missing/{until}", **facts)


def tell(shift: Shift, run: RunRow, key: str, **facts: object) -> None:
    """A notice about a run, once under a key, in the language of the workspace.

    `key` is the text's; what follows a slash tells apart what the same run is told of more than once.
    """
    settings = shift.roster.workspace.settings
    if settings.fallback_person is None:
        return
    texts = Texts.of(settings.language)
    if "name" not in facts:
        one = shift.roster.of(shift.session, run.workflow, run.version)
        facts["name"] = run.workflow if one is None else one.workflow.names.of(texts.language)
    text = texts.say(f"told.{key.partition('/')[0]}", run=run.id, workflow=run.workflow, **facts)
    name = f"run/{run.id}/{key}/{run.fence}"
    shift.agenda.tell(settings.fallback_person.text, text, run=run.id, at=shift.clocks.now(), key=name)
