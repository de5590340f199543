"""Sees limits that never bind: another one is reached before, or a guard that raises nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from engine.actions.add_tag import AddTag
from engine.actions.assign import Assign
from engine.actions.create_record import CreateRecord
from engine.actions.create_task import CreateTask
from engine.actions.remove_tag import RemoveTag
from engine.actions.send_template import SendTemplate
from engine.actions.update_field import UpdateField
from engine.checks.places import SETTINGS, Places, places_in, places_of
from engine.checks.steps import may_end, takes_time
from engine.model.document import Document, Scalar
from engine.model.workflow import Step, Workflow, all_steps
from engine.shapes.people import Who
from engine.shapes.reading import Reading
from engine.shapes.zones import read_whole

SMALL = 50
"""A run of so many starts is never held for being unusual, so a guard of no more does not raise that."""

_GUARDED: tuple[tuple[str, tuple[type, ...]], ...] = (
    ("messages", (SendTemplate,)),
    ("updates", (UpdateField, AddTag, RemoveTag, Assign)),
    ("creates", (CreateTask, CreateRecord)),
)
"""What each guard counts."""


def note_limits(workflow: Workflow, document: Document, reading: Reading) -> None:
    """`guard` and `limit` of a workflow, held against those of the workspace and each other."""
    places = places_of(document)
    _note_guard(workflow, places, reading)
    _note_limit(workflow, places, reading)


def _note_guard(workflow: Workflow, places: Places, reading: Reading) -> None:
    """It only raises limits; whoever writes a small one means to lower them."""
    kinds = list(_kinds(all_steps(workflow.steps)))
    guard, allowed = workflow.guard, [reading.settings.guards[one] for one in kinds]
    if guard is None or not allowed:
        return
    number, share = places("guard/at_most"), places("guard/share")
    least = min(one for one, _ in allowed)
    if number is not None and guard.at_most < least and guard.at_most <= SMALL:
        reading.problems.warning(number, "W533", kind="guard", value=guard.at_most, limit=least)
    least_share = min(one for _, one in allowed)
    if share is not None and guard.share < least_share:
        told = {"value": _percent(guard.share), "limit": _percent(least_share)}
        reading.problems.warning(share, "W533", kind="guard", **told)


def _note_limit(workflow: Workflow, places: Places, reading: Reading) -> None:
    """So many starts an owner and day, where other limits on what each start creates come first."""
    at, limit = places("limit/per_owner_per_day"), workflow.limit
    if at is None or limit is None:
        return
    created = list(_created_tonight(workflow.steps))
    given = [one for one in created if isinstance(one, CreateTask) and one.to.who is Who.OWNER]
    raised = 0 if workflow.guard is None else workflow.guard.at_most
    guard = max(reading.settings.guards["creates"][0], raised)
    for kind, number, most in (
        ("capacity", len(given), workflow.tasks_per_person),
        ("held", len(created), guard),
    ):
        if most is not None and number and limit.per_owner_per_day * number > most:
            facts = {"value": limit.per_owner_per_day, "limit": most // number}
            reading.problems.warning(at, "W533", kind=kind, **facts)
            return


def _created_tonight(steps: Iterable[Step]) -> Iterator[CreateTask | CreateRecord]:
    """What every record brings on the night it starts; updates may change nothing, letters reach nobody."""
    for step in steps:
        if isinstance(step.action, CreateTask | CreateRecord):
            yield step.action
        elif takes_time(step, inside=True) or may_end(step):
            return


def _kinds(steps: Iterable[Step]) -> Iterator[str]:
    """The guards that count what some steps do."""
    actions = [one.action for one in steps]
    return (name for name, kinds in _GUARDED if any(isinstance(one, kinds) for one in actions))


def _percent(share: float) -> str:
    return f"{round(share * 100, 6):g} %"


def note_guards(documents: Mapping[str, Document], reading: Reading) -> None:
    """The guards of the workspace."""
    settings = documents.get(SETTINGS)
    if settings is None or settings.root is None:
        return
    places, a_day = places_in(settings.root), reading.settings.guards["messages_per_day"][0]
    for path in (*(f"guards/{name}/at_most" for name, _ in _GUARDED), "guards/messages_per_day"):
        node = places.node(path)
        number = read_whole(node, 1) if isinstance(node, Scalar) else None
        if node is not None and number == 0:
            reading.problems.warning(node.span, "W533", kind="zero", value=number)
        elif node is not None and number is not None and path == "guards/messages/at_most" and number > a_day:
            reading.problems.warning(node.span, "W533", kind="a_day", value=number, limit=a_day)
