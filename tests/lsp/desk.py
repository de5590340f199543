"""An editor as a test speaks to it."""

from __future__ import annotations

from typing import Any


class Desk:
    """An editor on a folder with the schemas of one language; a text begins with the line that names them."""

    def __init__(self, editor: Any, line: str) -> None:
        self.editor = editor
        self.line = line

    def offers(self, text: str) -> set[str]:
        """The keys and values that are offered; whole examples aside."""
        return {label for label in self.editor.completions(f"{self.line}\n{text}") if " · " not in label}

    def items(self, text: str) -> dict[str, Any]:
        return self.editor.completions(f"{self.line}\n{text}")

    def hover(self, text: str) -> str:
        return self.editor.hover(f"{self.line}\n{text}")

    def marks(self, text: str) -> list[tuple[int, str]]:
        """Line, without the first, and message."""
        return [(line - 1, message) for line, message in self.editor.marks(f"{self.line}\n{text}")]
