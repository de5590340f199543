"""A file that is being written: `▮` is where the cursor is."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.assist.completing import complete
from engine.assist.hovering import hover
from engine.workspace import Workspace, open_workspace

SHIPPED = Path(__file__).parents[3] / "workflows"
NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)
_opened: list[Workspace] = []


def shipped() -> Workspace:
    """The workspace that ships, read once."""
    if not _opened:
        _opened.append(open_workspace(SHIPPED))
    return _opened[0]


def place(text: str) -> tuple[str, int, int]:
    """The text without the cursor, and its line and column from 1."""
    before, _, after = text.partition("▮")
    return before + after, before.count("\n") + 1, len(before) - before.rfind("\n")


def completion(text: str, file: str = "new-one.yaml", language: str = "zh") -> dict[str, Any]:
    return complete(shipped(), file, *place(text), language)


def labels(text: str, file: str = "new-one.yaml", language: str = "zh") -> list[str]:
    return [one["label"] for one in completion(text, file, language)["items"]]


def taken(text: str, label: str, file: str = "new-one.yaml") -> str:
    """The text after an offer was taken, its places filled with what they propose, as CodeMirror does it."""
    found = completion(text, file)
    written, line, column = place(text)
    offer = next(one for one in found["items"] if one["label"] == label)
    lines = written.splitlines(keepends=True) or [""]
    lines += [""] * (line - len(lines))
    here = lines[line - 1]
    indent = here[: len(here) - len(here.lstrip(" "))]
    insert = re.sub(r"[$#]\{([^{}]*)\}", r"\1", offer.get("insert", label)).replace("\n", f"\n{indent}")
    lines[line - 1] = here[: found["from_column"] - 1] + insert + here[column - 1 :]
    return "".join(lines)


def told(text: str, file: str = "new-one.yaml", language: str = "zh") -> dict[str, Any] | None:
    return hover(shipped(), file, *place(text), language, at=NOON)


def html(text: str, file: str = "new-one.yaml", language: str = "zh") -> str:
    found = told(text, file, language)
    return "" if found is None else str(found["html"])
