"""Wakeline's engine. The names below are the front door; they are loaded when first asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_FRONT = {
    "Desk": "engine.front",
    "Checked": "engine.checking",
    "check": "engine.checking",
    "schemas": "engine.catalogue",
    "reference": "engine.catalogue",
    "open_workspace": "engine.workspace",
    "complete": "engine.assist.completing",
    "hover": "engine.assist.hovering",
    "fixes_of": "engine.assist.fixes",
}

__all__ = ["__version__", *_FRONT]  # noqa: PLE0604 - the names of the table


def __getattr__(name: str) -> Any:
    if name not in _FRONT:
        raise AttributeError(name)
    return getattr(import_module(_FRONT[name]), name)
