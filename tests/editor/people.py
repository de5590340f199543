"""Who asks, in a test: one server, and people who take turns at it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from editor.visitors import Visitor
from engine import Deed
from tests.editor.served import HEADERS


class People:
    """A client that somebody uses; `as_` says who it is from now on."""

    def __init__(self, client: Any, monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
        self.client, self.root, self.who = client, root, Visitor("李娜", "publisher")
        for module in ("rights", "pages.given", "auditing"):
            monkeypatch.setattr(f"editor.{module}.visitor", lambda: self.who)
        self.deeds: list[tuple[str, str, str]] = []
        monkeypatch.setattr("editor.auditing.Deed", self._done)

    def _done(self, deed: str, subject: str, details: dict[str, object]) -> Deed:
        """What was written down: who did what to which."""
        self.deeds.append((self.who.name, deed, subject))
        return Deed(deed, subject, details)

    def as_(self, name: str, role: str = "publisher") -> People:
        self.who = Visitor(name, role)
        return self

    def get(self, url: str) -> Any:
        return self.client.get(url, headers=HEADERS)

    def post(self, url: str, **form: str) -> Any:
        return self.client.post(url, data=form, headers=HEADERS)
