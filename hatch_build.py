"""What goes into the wheel besides Python: the browser code of the web editor, built where it is missing."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BrowserCode(BuildHookInterface):  # type: ignore[type-arg]  # its parameter is a private matter of hatchling
    """Runs npm, unless the browser code is there already or the checkout itself is installed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Build before the files are collected."""
        root = Path(self.root)
        frontend = root / "editor" / "frontend"
        if version == "editable" or (root / "editor" / "static" / "dist" / "manifest.json").is_file():
            return
        npm = shutil.which("npm")
        if npm is None:
            self.app.display_warning("The web editor is left out: it needs Node 20 or newer with npm.")
            return
        for arguments in (["ci", "--loglevel=error"], ["run", "build"]):
            subprocess.run([npm, "--prefix", str(frontend), *arguments], check=True)  # noqa: S603 - our own build
