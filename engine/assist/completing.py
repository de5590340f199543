"""Completion: a text and the place of the cursor become words that may be written there."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from engine.assist.about import About
from engine.assist.facets import Places
from engine.assist.halfway import Halfway, read_halfway
from engine.assist.in_texts import complete_text
from engine.assist.offers import Offer, Offers
from engine.catalogue.schemas import schemas
from engine.model.document import plain_value
from engine.workspace import Workspace

_MOST = 400


def complete(  # noqa: PLR0917 - as an editor asks; every part is of another kind
    workspace: Workspace, file: str, text: str, line: int, column: int, language: str
) -> dict[str, Any]:
    """What may be written: `{from_column, items: [{label, detail?, info?, insert?}]}`.

    `file` is the name inside the workspace; lines and columns count from 1. `insert` is a snippet as
    CodeMirror understands it; without one the label is what is written. The offers are all there are at the
    place: it is for the editor to choose by what is typed so far, from `from_column` on.
    """
    half = read_halfway(text, line, column)
    about = about_of(workspace, file, half, language)
    found = complete_text(about, half, column)
    if found is None:
        begin = column - len(half.word)
        found = begin, _offers(about, half, line_of(text, line), begin)
    return {"from_column": found[0], "items": [_shown(one) for one in _unique(found[1])][:_MOST]}


def line_of(text: str, line: int) -> str:
    """One line of a text, counted from 1; empty behind its end."""
    lines = text.splitlines()
    return lines[line - 1] if line <= len(lines) else ""


def _offers(about: About, half: Halfway, here: str, begin: int) -> list[Offer]:
    indent = len(here) - len(here.lstrip())
    offers = Offers(about, places_of(about), half, max(begin - 1 - indent, 0)).all()
    needs_blank = half.role == "value" and here[begin - 2 : begin - 1] in {":", "："}
    return [_behind_blank(one) for one in offers] if needs_blank else list(offers)


def _behind_blank(one: Offer) -> Offer:
    return Offer(one.label, one.detail, one.info, f" {one.insert or one.label}")


def about_of(workspace: Workspace, file: str, half: Halfway, language: str) -> About:
    """What a place of a half-written file is about."""
    return About(workspace, file, language, plain_value(half.root), half.path)


def places_of(about: About) -> Places:
    """What the schema says of every place of this kind of file."""
    return _places(_Known(about.workspace), about.language)[about.kind]


class _Known:
    """A workspace, known again by what all of its workflows stand on: its names are in there."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._base = workspace if workspace.origin is None else workspace.origin.base

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Known) and self._base is other._base

    def __hash__(self) -> int:
        return id(self._base)


@lru_cache(maxsize=4)
def _places(known: _Known, language: str) -> dict[str, Places]:
    return {kind: Places(schema) for kind, schema in schemas(language, known.workspace).items()}


def _unique(offers: list[Offer]) -> list[Offer]:
    return list({one.label: one for one in reversed(offers)}.values())[::-1]


def _shown(one: Offer) -> dict[str, str]:
    parts = {"label": one.label, "detail": one.detail, "info": one.info, "insert": one.insert}
    return {key: value for key, value in parts.items() if value}
