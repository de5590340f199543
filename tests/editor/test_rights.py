"""Every page says which right it asks for; who has it not is refused."""

from __future__ import annotations

from pathlib import Path

from editor import create_app
from editor.rights import Right
from editor.studio import Studio
from tests.editor.served import SECRET

OPEN = {
    *("assets.file", "workflows.ping", "workflows.sign_in", "workflows.sign_out"),
    *("workflows.take_event", "workflows.healthz", "workflows.metrics", "workflows.openapi"),
}
"""What anybody may ask, signed in or not."""


def test_every_page_asks_for_a_right_and_few_for_none(tmp_path: Path) -> None:
    app = create_app(Studio(tmp_path), SECRET)
    rights = {name: getattr(view, "right", None) for name, view in app.view_functions.items()}
    assert [name for name, right in rights.items() if right is None] == []
    assert {name for name, right in rights.items() if right is Right.OPEN} == OPEN
