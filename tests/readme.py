"""The dry runs that the READMEs show are made by running them: `make docs` writes them anew."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

from engine.cli import run_command

ROOT = Path(__file__).parent.parent
COMMAND = ["plan", "silent-first-touch", "--sample", "samples", "--at", "2026-04-01T01:00", "--limit", "1"]
READMES = {"README.md": "en", "README.zh.md": "zh"}
_BLOCK = re.compile(r"(<!-- plan -->\n```\n).*?(```\n<!-- /plan -->)", re.DOTALL)


def dry_run(language: str) -> str:
    """What the command of the README prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = run_command([*COMMAND, "--workspace", str(ROOT / "workflows"), "--lang", language])
    assert code == 0
    return out.getvalue()


def with_dry_run(text: str, output: str) -> str:
    """The text of a README with the dry run in its place."""
    return _BLOCK.sub(lambda found: f"{found[1]}{output.rstrip()}\n{found[2]}", text)


def main() -> None:
    """Write both READMEs."""
    for name, language in READMES.items():
        path = ROOT / name
        path.write_text(with_dry_run(path.read_text(encoding="utf-8"), dry_run(language)), encoding="utf-8")


if __name__ == "__main__":
    main()
