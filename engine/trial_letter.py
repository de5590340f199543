"""One letter to an address that somebody types, to see that a channel works; no customer gets it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from engine.channels.parcel import InDoubt, Parcel, Sent
from engine.ledger.post import Post
from engine.model.diagnostics import ChannelError, WrongUsage
from engine.model.entities import Field, Module
from engine.model.operands import Constant, FieldValue
from engine.model.predicates import Compare, Comparison, Leaf
from engine.model.values import stored_instant
from engine.pipeline import channels_of
from engine.posting.switch import stopped_by
from engine.records.listing import Asked, list_records
from engine.records.session import Session
from engine.shapes.addresses import read_address
from engine.workspace import Workspace


def send_trial(
    session: Session, workspace: Workspace, parcel: Parcel, environment: Mapping[str, str]
) -> bool:
    """Hand one letter over; False where nobody heard the answer.

    Raises WrongUsage for a channel or an address that will not do, ChannelError where it does not leave.
    """
    outlets = channels_of(workspace, session, environment)
    channel = outlets.channels.get(parcel.channel)
    if channel is None or channel.is_ours:
        raise WrongUsage("W703", channel=parcel.channel)
    if channel.leaves and read_address(parcel.to) is None:
        raise WrongUsage("W710")
    _demand_nobodys(session, workspace, parcel.to)
    stopped = stopped_by(Post(session.connection))
    if stopped is not None:
        raise stopped
    try:
        (outcome,) = channel.send([parcel])
    finally:
        channel.close()
    if isinstance(outcome, Sent | InDoubt):
        return isinstance(outcome, Sent)
    raise ChannelError(outcome.code, answer=outcome.answer)


def trial_parcel(at: datetime, channel: str, to: str, said: tuple[str, str]) -> Parcel:
    """The letter: subject and body; its key tells it from all others."""
    kept = stored_instant(at)
    return Parcel(f"trial/{channel}/{kept}", 0, kept, channel, to.strip(), *said)


def _demand_nobodys(session: Session, workspace: Workspace, address: str) -> None:
    """Raises WrongUsage for the address of a record that messages go to; those of colleagues will do."""
    people = workspace.model.people
    for module in workspace.model.modules.values():
        if people is not None and module.key == people.module:
            continue
        for field in module.fields.values():
            if field.contact and _bearer(session, module, field, address) is not None:
                raise WrongUsage("W741", value=address, module=module.labels.told)


def _bearer(session: Session, module: Module, field: Field, address: str) -> str | int | None:
    operand = FieldValue(field, module)
    is_it = Leaf("to", (Compare(operand, Comparison.IS, Constant(address.strip(), field.type)),))
    return next((key for key, _ in list_records(session, Asked(module, is_it, ()), 1)), None)
