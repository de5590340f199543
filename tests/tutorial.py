"""What the tutorials show is made by doing what they say: `make docs` writes their outputs anew.

A tutorial is followed from its first line to its last in an empty folder. Followed are: blocks of commands
(```console), whole files (a block after `<!-- file: NAME -->`), and lines that are put in place of those of
the same key, or added (a block after `<!-- edit: NAME -->`; after `<!-- edit: NAME MODULE -->` in that module
of model.yaml).
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from engine.cli import run_command

ROOT = Path(__file__).parent.parent
TUTORIALS = {"docs/tutorial.zh.md": "zh", "docs/tutorial.en.md": "en"}
_BLOCK = re.compile(
    r"(?:<!-- (?P<what>file|edit): (?P<name>\S+)(?: (?P<module>\S+))? -->\n)?"
    r"```(?P<kind>\w*)\n(?P<text>.*?)```\n",
    re.DOTALL,
)
_COMMAND = re.compile(r"^\$ (?P<line>.*)\n(?P<rest>(?:(?!\$ ).*\n)*)", re.MULTILINE)
_HERE = re.compile(r"cat > (\S+) <<'(\w+)'")


def followed(text: str, language: str, folder: Path) -> str:
    """The tutorial with the outputs that its commands print when it is followed in an empty folder."""
    found = os.environ.get("WAKELINE_LANG"), Path.cwd()
    os.environ["WAKELINE_LANG"] = language
    os.chdir(folder)
    try:
        return _BLOCK.sub(_block, text)
    finally:
        os.chdir(found[1])
        os.environ.pop("WAKELINE_LANG")
        if found[0] is not None:
            os.environ["WAKELINE_LANG"] = found[0]


def _block(found: re.Match[str]) -> str:
    what, text = found["what"], found["text"]
    if what == "file":
        Path(found["name"]).write_text(text, encoding="utf-8")
    elif what == "edit":
        path = Path(found["name"])
        path.write_text(edited(path.read_text(encoding="utf-8"), found["module"], text), encoding="utf-8")
    elif found["kind"] == "console":
        return found[0].replace(text, f"{_COMMAND.sub(_command, text).rstrip()}\n")
    return found[0]


def edited(text: str, module: str | None, lines: str) -> str:
    """A file, or one module in it, with these lines in place of those of the same key, or after the last."""
    start, end = _module(text, module) if module else (0, len(text))
    part = text[start:end]
    for line in lines.splitlines():
        own = re.compile(rf"^{line.partition(':')[0]}:.*$", re.MULTILINE)
        part = own.sub(lambda _, line=line: line, part) if own.search(part) else f"{part.rstrip()}\n{line}"
    return text[:start] + part + text[end:]


def _module(model: str, module: str) -> tuple[int, int]:
    start = model.index(f"\n  {module}:\n")
    end = re.compile(r"\n {0,2}\S|\Z").search(model, model.index("\n", start + 1))
    assert end is not None
    return start, end.start()


def _command(found: re.Match[str]) -> str:
    line, rest = found["line"], found["rest"]
    here = _HERE.fullmatch(line)
    if here:
        content, _, _ = rest.partition(f"{here[2]}\n")
        Path(here[1]).write_text(content, encoding="utf-8")
        return f"$ {line}\n{content}{here[2]}\n"
    return f"$ {line}\n{_printed(line)}"


def _printed(line: str) -> str:
    """What a command prints; blanks at the ends of lines and the mark at the begin of a CSV are not shown."""
    if line.startswith("wakeline "):
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            assert run_command(shlex.split(line)[1:]) in {0, 1}, out.getvalue()
        text = out.getvalue()
    else:
        done = subprocess.run(["bash", "-c", line], capture_output=True, check=True, encoding="utf-8")
        text = done.stdout
    shown = "".join(f"{one.rstrip()}\n" for one in text.replace("\ufeff", "").splitlines())
    return f"{shown}\n" if shown else ""


def tutorials() -> Iterator[tuple[Path, str]]:
    """Each tutorial and its language."""
    for name, language in TUTORIALS.items():
        yield ROOT / name, language


def main() -> None:
    """Write the outputs of both tutorials."""
    for path, language in tutorials():
        with tempfile.TemporaryDirectory() as folder:
            text = followed(path.read_text(encoding="utf-8"), language, Path(folder))
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
