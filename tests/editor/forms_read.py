"""The form of a file as a test reads it."""

from __future__ import annotations

from collections.abc import Iterator

from editor.analysis import analyse
from editor.forms import Block, Control, Element, Grid, Items, Offer
from editor.regions import regions_of
from editor.studio import Studio
from editor.words import words_in


def form_in(studio: Studio, file: str, text: str | None = None, language: str = "zh") -> Block:
    desk = studio.desk()
    written = (studio.root / file).read_text("utf-8") if text is None else text
    found = regions_of(analyse(desk, file, written, language), words_in(language))["form"]["form"]
    assert isinstance(found, Block)
    return found


def every(element: Element) -> Iterator[Element]:
    yield element
    if isinstance(element, Grid):
        yield from (cell for row in element.rows for cell in row.cells if cell)
    inner = (
        element.rows if isinstance(element, Block) else element.items if isinstance(element, Items) else ()
    )
    for one in inner:
        yield from every(one)


def offers_of(element: Element) -> Iterator[Offer]:
    for one in every(element):
        if isinstance(one, Control | Block | Items):
            yield from one.instead
        if isinstance(one, Control | Block | Items | Grid):
            yield from filter(None, [one.remove])
        if isinstance(one, Block | Items | Grid):
            yield from one.offers
        for row in one.rows if isinstance(one, Grid) else ():
            yield from filter(None, [row.remove, *(move for _, move in row.moves)])
        if isinstance(one, Block):
            yield from (move for _, move in one.moves)
