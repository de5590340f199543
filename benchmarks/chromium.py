"""The system's chromium, where the machine has one, and how it is started without a screen."""

from __future__ import annotations

import os
import shutil
from typing import Any

MISSING = "chromium is missing"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """Its path; None where there is none."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def launched(playwright: Any, path: str) -> Any:
    """A browser that talks to nobody but whom it is told to."""
    return playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
