"""The browser code, built for the tests: what node makes of editor/frontend, in a folder of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from benchmarks.chromium import MISSING, chromium, launched
from tests.lacks import lacks

ROOT = Path(__file__).parent.parent.parent
FRONTEND = ROOT / "editor" / "frontend"


def node(*arguments: str | Path, cwd: Path = FRONTEND) -> subprocess.CompletedProcess[str]:
    """Run node; a machine without it, or without the packages, skips the test that asks."""
    if shutil.which("node") is None:
        lacks("node is missing")
    if not (FRONTEND / "node_modules").is_dir():
        lacks("node_modules is missing: make editor")
    command = ["node", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, encoding="utf-8", check=False)


@cache
def built() -> Path:
    """The folder with the bundles, made once."""
    folder = Path(tempfile.mkdtemp(prefix="wakeline-dist-"))
    done = node("build.mjs", folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def manifest() -> dict[str, Any]:
    """What the page links: source name -> file and chunks."""
    found: dict[str, Any] = json.loads((built() / "manifest.json").read_text(encoding="utf-8"))
    return found


def asset(name: str) -> str:
    """The address of a source file's bundle, as the pages' helper gives it."""
    return f"/assets/{manifest()[name]['file']}"


def strings(lang: str) -> dict[str, str]:
    """The sentences that a page hands to the browser code."""
    found = json.loads((built() / "strings.json").read_text(encoding="utf-8"))
    return {key: texts[lang] for key, texts in found.items()}


def browser() -> str:
    """The path of chromium; a machine without it skips the test that asks."""
    found = chromium()
    if found is None:
        lacks(MISSING)
    return found


def open_browser(playwright: Any) -> Browser:
    """The system's chromium."""
    opened: Browser = launched(playwright, browser())
    return opened
