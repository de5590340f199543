"""What people did, written down where nobody can change it."""

from __future__ import annotations

from flask import request

from editor.studio import studio_here
from editor.visitors import visitor
from engine import Actor, Deed, EngineError, log_of


def note(deed: str, subject: str = "", **details: object) -> None:
    """Write down what whoever asks has just done: `published`, `approved` …, to which file, run, account.

    As long as there is no database nobody has an account: then it stands in the log of the program alone.
    It is done already: where it cannot be written down, that is told there, too.
    """
    done = Deed(deed, subject, details)
    try:
        gate = studio_here().gatehouse()
        if gate.store.is_there:
            gate.note(actor(), done)
    except EngineError as failure:
        log_of().error("audit_failed", kind=deed, code=failure.code)
    else:
        log_of().info("audit", kind=deed)


def actor() -> Actor:
    """Who asks, from where."""
    who = visitor()
    address = request.remote_addr or ""
    return Actor("", "", address) if who is None else Actor(who.name, who.role, address)
