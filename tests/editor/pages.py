"""The page of a workflow as the server renders it, with a text of the fake server's own put in."""

from __future__ import annotations

import json
import re
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from editor import create_app
from editor.studio import Studio
from tests.company import nightly, stories_in
from tests.editor import built
from tests.editor.served import HEADERS, KEY, SECRET, owner_of

TOKEN = "token-1"
NONCE = "nonce-1"
POLICY = (
    f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{NONCE}'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
WORKFLOW = "/workflows/silent.yaml"
_FACTS = re.compile(r'(<script type="application/json" id="workflow">)(.*?)(</script>)', re.DOTALL)


def workflow_page(**facts: Any) -> str:
    """The page of a workflow; what the browser's code is told of it is changed to the facts."""

    def told(found: re.Match[str]) -> str:
        written = json.dumps({**json.loads(found[2]), "nonce": NONCE, **facts}).replace("<", "\\u003c")
        return f"{found[1]}{written}{found[3]}"

    page, count = _FACTS.subn(told, _rendered())
    assert count == 1
    return page


@cache
def _rendered() -> str:
    """The page as it is sent, linking what was built for the tests."""
    with tempfile.TemporaryDirectory() as folder:
        root = stories_in(Path(folder))
        (root / "silent.yaml").write_text(nightly("actions: [{stop: 到此为止}]\n"), encoding="utf-8")
        app = create_app(Studio(root), SECRET, KEY)
        app.context_processor(_as_built)
        answer = owner_of(app).get(WORKFLOW, headers={**HEADERS, "Accept-Language": "zh-CN"})
    assert answer.status_code == 200, answer.text
    return answer.text


def _as_built() -> dict[str, Any]:
    return {"asset": built.asset, "strings": built.strings("zh"), "csrf_token": lambda: TOKEN}
