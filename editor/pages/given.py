"""What a request brings: a file of the workspace, a text, a place in it; whatever is none is refused."""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from flask import Blueprint, abort, request

from editor.drafts import Drafts
from editor.files import Lying, demand_inside, digest_of
from editor.rights import NoRight, Right, may
from editor.studio import studio_here
from editor.visitors import visitor
from editor.vocabulary import kind_of
from engine import Desk

__all__ = [
    "asked_now",
    "clock_of",
    "known",
    "me",
    "pages",
    "place_of",
    "source_of",
    "source_of_form",
    "studio_here",
]

pages = Blueprint("workflows", __name__)


def me() -> str:
    """Whose drafts they are."""
    found = visitor()
    return found.name if found else ""


def known(file: str) -> Desk:
    """The desk; there are the files of the workspace, and what is a draft so far, whatever a path says."""
    demand_kind(file)
    desk = studio_here().desk()
    if file not in desk.workspace.documents and my_drafts().get(file) is None:
        abort(404)
    return desk


def demand_kind(file: str) -> None:
    """There are pages for some kinds of files only, and those of the workspace itself are for admins."""
    if not kind_of(file) or ".." in PurePosixPath(file).parts:
        abort(404)
    if kind_of(file) == "workspace" and not may(Right.ADMIN):
        raise NoRight
    try:
        demand_inside(studio_here().root, file)
    except (OSError, ValueError, RuntimeError):  # no file can be called so, or a link leads to itself
        abort(404)


def my_drafts() -> Drafts:
    """What whoever asks has not published yet."""
    return Drafts(studio_here().root, me())


def asked_now() -> dict[str, Any]:
    """What the page's code asks, as JSON."""
    try:
        asked = request.get_json(silent=True)
    except RecursionError:  # nested beyond reason
        abort(400)
    if not isinstance(asked, dict):
        abort(400)
    return asked


def source_of(asked: dict[str, Any]) -> str:
    """The text on the screen, as the page's code sends it."""
    source = asked.get("source")
    if not isinstance(source, str):
        abort(400)
    return source.encode("utf-8", errors="replace").decode()  # half a character is none


def source_of_form() -> str:
    """The text on the screen, as a form brings it."""
    source = request.form.get("source")
    if source is None:
        abort(400)
    return source.replace("\r\n", "\n")


def place_of(asked: dict[str, Any]) -> tuple[int, int]:
    """Line and column of a question, from 1."""
    line, column = asked.get("line"), asked.get("column")
    if not isinstance(line, int) or not isinstance(column, int) or min(line, column) < 1:
        abort(400)
    source = source_of(asked)
    if line > source.count("\n") + 1 or column > len(source) + 1:
        abort(400)
    return line, column


def began_with(file: str, base: str, lying: Lying) -> str | None:
    """The text that a draft with this base began with; None where nobody has it any more."""
    if base == lying.name:
        return lying.text
    kept = my_drafts().get(file)
    if kept is not None and kept.base == base and kept.began is not None:
        return kept.began
    return "" if base == digest_of("") else studio_here().recalled(base)


def moment_of(desk: Desk, moment: datetime) -> str:
    """Day and time in the workspace's zone."""
    return f"{moment.astimezone(desk.clock.zone):%Y-%m-%d %H:%M}"


def clock_of(desk: Desk, moment: datetime) -> str:
    """Hour and minute in the workspace's zone."""
    return f"{moment.astimezone(desk.clock.zone):%H:%M}"
