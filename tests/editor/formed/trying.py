"""Edits at random through the address that the page posts to, each judged."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flask.testing import FlaskClient

from editor.vocabulary import kind_of
from tests.company import shipped_in, write_files
from tests.editor.formed.commented import OF_ALL_WAYS, commented
from tests.editor.formed.judging import faults
from tests.editor.formed.offered import Control, Offered, drawn
from tests.editor.formed.ownership import Page
from tests.editor.served import HEADERS, posted

IN_A_ROW = 8
"""Edits of one text; the second finds what the first has left."""


@dataclass
class Tried:
    """What came of it."""

    edits: int = 0
    comments: int = 0
    """Comments that were there, over all edits."""
    kinds: dict[str, int] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def house_in(root: Path, *without: str) -> list[str]:
    """What ships, but for some folders, and what is written in every way; the files that have a page."""
    write_files(shipped_in(root, *without), OF_ALL_WAYS)
    names = sorted(str(path.relative_to(root)) for path in root.rglob("*.yaml"))
    return [one for one in names if kind_of(one) and not one.startswith((".", "presets/", "samples/"))]


def texts_of(root: Path, files: Sequence[str], dice: random.Random) -> Iterator[tuple[str, str]]:
    """File and text, without end: as it ships, with many comments, with the line ends of Windows."""
    while True:
        for file in dice.sample(files, len(files)):
            text = (root / file).read_text("utf-8")
            ways = dice.choice(["as it is", "commented", "commented", "windows"])
            text = text if ways == "as it is" else commented(text, dice)
            yield file, text.replace("\n", "\r\n") if ways == "windows" else text
            if dice.random() < 0.3:
                name = dice.choice(sorted(OF_ALL_WAYS))
                yield name, commented(OF_ALL_WAYS[name], dice)


def try_edits(
    client: FlaskClient, texts: Iterator[tuple[str, str]], count: int, dice: random.Random
) -> Tried:
    """So many edits, of one text after the other."""
    tried = Tried()
    palettes: dict[str, dict[str, list[Control]]] = {}
    while tried.edits < count:
        file, text = next(texts)
        kind = kind_of(file)
        if kind not in palettes:  # the same for all files of a kind
            page = client.get(f"/workflows/{file}", headers=HEADERS).text
            palettes[kind] = Offered(page).palettes
        answer = posted(client, f"/analyse/{file}", source=text, seq=1).json
        for _ in range(min(IN_A_ROW, count - tried.edits)):
            offered = Offered(answer["regions"]["form"])
            operation = drawn(dice, offered, palettes[kind] | offered.palettes)
            done = posted(client, f"/edit/{file}", source=text, seq=1, ops=[operation])
            told = f"{file}: {operation}"
            if done.status_code != 200:
                tried.refused.append(f"{told}: {done.text}")
                break
            answer, before, after = done.json, Page(text), Page(done.json["source"])
            tried.edits += 1
            tried.comments += len(before.comments)
            tried.kinds[operation["kind"]] = tried.kinds.get(operation["kind"], 0) + 1
            found = list(faults(before, operation, after))
            tried.wrong += [f"{one}\n{told}\n{text}\n---\n{after.text}" for one in found[:1]]
            text = after.text
            if found or "form" not in answer["regions"] or after.root is None:
                break
    return tried
