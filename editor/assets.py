"""The browser's code and styles, as the build has left them: file names that change with what is in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, send_from_directory, url_for

from editor.rights import Right, needs

DIST = Path(__file__).parent / "static" / "dist"


class Assets:
    """What `manifest.json` names."""

    def __init__(self, folder: Path = DIST) -> None:
        self.folder = folder

    @cached_property
    def names(self) -> Mapping[str, Any]:
        """Each entry with the file it was built into, and what that needs."""
        found: Mapping[str, Any] = json.loads((self.folder / "manifest.json").read_text("utf-8"))
        return found

    def url(self, name: str) -> str:
        """Where a page finds an entry, such as `editor.ts`."""
        return url_for("assets.file", name=self.names[name]["file"])

    @cached_property
    def strings(self) -> Mapping[str, Mapping[str, str]]:
        """What the browser's code says, by key and language."""
        found: Mapping[str, Mapping[str, str]] = json.loads((self.folder / "strings.json").read_text("utf-8"))
        return found

    def blueprint(self) -> Blueprint:
        """Serves the files; what is in one never changes under its name."""
        files = Blueprint("assets", __name__, url_prefix="/assets")

        @files.get("/<path:name>")
        @needs(Right.OPEN)
        def file(name: str) -> Response:
            found = send_from_directory(self.folder, name, max_age=365 * 24 * 3600)
            found.cache_control.immutable = True
            return found

        return files
