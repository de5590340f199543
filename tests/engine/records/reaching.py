"""A store at an address."""

from __future__ import annotations

from engine.records.store import Store
from tests.engine.small import SHANGHAI, workspace_with


def store(url: str) -> Store:
    return Store(url, workspace_with("actions: [{stop: x}]\n").model, SHANGHAI.key)
