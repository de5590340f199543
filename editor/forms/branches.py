"""The lists of steps of a form: where a step may be copied to."""

from __future__ import annotations

from collections.abc import Iterator

from editor.forms.elements import Block, Element, Items, Offer


def branches_of(form: Block) -> tuple[Offer, ...]:
    """Every list of steps, each called by the step it belongs to; the copy comes last in it.

    Whose copy it is, the page says.
    """
    return tuple(_offers(form, ""))


def _offers(element: Element, said: str) -> Iterator[Offer]:
    if isinstance(element, Block):
        told = f"{element.number} {element.said}".strip() if element.is_step else said
        for one in element.rows:
            yield from _offers(one, told)
    elif isinstance(element, Items):
        if element.shape == "step":
            path = [*element.place.path, len(element.items)]
            yield Offer(element.label, {"kind": "insert", "path": path, "of": []}, said)
        for one in element.items:
            yield from _offers(one, said)
