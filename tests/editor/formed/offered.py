"""What the form of a page offers, read from its HTML, and operations drawn from it as the page would send
them (docs/editor-contract.md, section 5).
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from tests.editor.formed.ownership import Path

TEXTS = [
    "新",
    "a: b",
    "两行\n文字",
    "#a",
    "yes",
    "5",
    "{{ 客户名称 }}",
    "“双十一”",
    "- a",
    "x" * 90,
    "2026-03-31",
]
COPIES = "copy-step"
"""The dialog that copies the step it was opened for."""
VOID = {"input", "br", "hr", "img", "path", "rect", "meta", "link"}


@dataclass
class Control:
    """An element with operations, and what is in it."""

    tag: str
    about: dict[str, str]
    boxes: list[dict[str, str]] = field(default_factory=list)
    options: list[str] = field(default_factory=list)

    @property
    def edits(self) -> list[dict[str, Any]]:
        found = json.loads(self.about["data-edit"])
        return found if isinstance(found, list) else [found]

    @property
    def kind(self) -> str:
        """What it is chosen by: what its last operation does, and whether that takes a value."""
        last = self.edits[-1]
        return f"{last['kind']}{' value' if self.is_filled else ''}"

    @property
    def is_filled(self) -> bool:
        return self.tag != "button"


class Offered(HTMLParser):
    """Everything of a page that changes the file."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.controls: list[Control] = []
        self.into: list[tuple[str, Path]] = []
        """Lists that take what a palette of the page has: its name, and the place."""
        self.palettes: dict[str, list[Control]] = {}
        self._open: list[tuple[str, Control | None, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        about = {name: value or "" for name, value in attributes}
        inner = next((one for _, one, _ in reversed(self._open) if one is not None), None)
        if inner is not None and tag == "input":
            inner.boxes.append(about)
        if inner is not None and tag == "option":
            inner.options.append(about.get("value", ""))
        opens = about.get("data-open", "")
        if opens.startswith(("palette-", COPIES)) and about["data-into"].startswith("["):
            self.into.append((about["data-open"], tuple(json.loads(about["data-into"]))))
        found = Control(tag, about) if "data-edit" in about else None
        palette = next((name for _, _, name in reversed(self._open) if name), "")
        if found is not None and palette:
            self.palettes.setdefault(palette, []).append(found)
        elif found is not None and found.edits[-1].get("of") != []:
            self.controls.append(found)
        if tag not in VOID:
            name = about.get("id", "") if tag == "dialog" else ""
            self._open.append((tag, found, name))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass


def drawn(dice: random.Random, offered: Offered, palettes: dict[str, list[Control]]) -> dict[str, Any]:
    """One operation; each kind is as likely as any other."""
    kinds: dict[str, list[Any]] = {}
    for one in offered.controls:
        kinds.setdefault(one.kind, []).append(one)
    fitting = [one for one in offered.into if one[0] in palettes]
    if fitting:
        kinds["insert of palette"] = fitting
    kind = dice.choice(sorted(kinds))
    chosen = dice.choice(kinds[kind])
    if kind == "insert of palette":
        name, path = chosen
        return {**dice.choice(palettes[name]).edits[0], "of" if name == COPIES else "path": list(path)}
    edit: dict[str, Any] = chosen.edits[-1]
    return filled(edit, value_of(dice, chosen)) if chosen.is_filled else edit


def filled(edit: dict[str, Any], value: Any) -> dict[str, Any]:
    return {"kind": "unset", "path": edit["path"]} if value is None else {**edit, "value": value}


def value_of(dice: random.Random, one: Control) -> Any:
    """What somebody may make of a control; None where they leave it empty."""
    read = one.about.get("data-as", "text")
    if read == "list":
        held, boxes = json.loads(one.about["data-list"]), [json.loads(box["data-value"]) for box in one.boxes]
        ticked = [dice.random() < 0.5 for _ in boxes]
        kept = [value for value in held if value not in boxes or ticked[boxes.index(value)]]
        return kept + [box for box, is_on in zip(boxes, ticked, strict=True) if is_on and box not in held]
    if read == "bool":
        return dice.choice([json.loads(one.about.get("data-on", "true")), json.loads(one.about["data-off"])])
    if read == "json":
        value = dice.choice(one.options)
        return json.loads(value) if value else None
    if read == "unit":
        return f"{dice.randint(1, 99)} {dice.choice([unit for unit in one.options if unit != 'none'])}"
    if read == "number" or one.about.get("type") == "number":
        return dice.choice([5, 0.5, 120])
    return "10:30" if one.about.get("type") == "time" else dice.choice(TEXTS)
