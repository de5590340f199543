"""What the triggers of a workflow mean for the rest of its file: `event`, and the default of `once_per`."""

from __future__ import annotations

from collections.abc import Sequence

from engine.model.document import Mapping, Scalar
from engine.model.kinds import Trigger
from engine.model.operands import EventRecord
from engine.model.watches import Watch
from engine.model.workflow import Once, OncePer
from engine.shapes.reading import Reading


def watches_of(triggers: Sequence[Trigger]) -> list[Watch]:
    """What has to happen for the workflow to start."""
    found = (getattr(one, "watch", None) for one in triggers)
    return [one for one in found if one is not None]


def event_of(triggers: Sequence[Trigger]) -> EventRecord | None:
    """What `event` means: the related record that starts the workflow, where there is one kind of them."""
    found = [(one.relation, one.where) for one in watches_of(triggers) if one.relation is not None]
    if len({relation for relation, _ in found}) != 1:
        return None
    relation, where = found[0]
    return EventRecord(relation, where if len(found) == 1 else None)


def once_of(written: OncePer, root: Mapping, triggers: Sequence[Trigger], reading: Reading) -> OncePer:
    """`once_per`, or what holds without it: where something happens, each time it happens."""
    node, has_events = root.get("once_per"), bool(watches_of(triggers))
    by_clock = any(one.cron() is not None or one.on_days() is not None for one in triggers)
    if node is None and has_events:
        if by_clock:
            reading.problems.warning(root.key("trigger").span, "W208")
        return OncePer(Once.EVENT)
    if written.kind is Once.EVENT and triggers and not has_events and isinstance(node, Scalar):
        reading.problems.error(node.span, "W292", kind="clock" if by_clock else "")
    return written
