"""Load: the text of a file becomes a Document whose values know file, line and column.

All use of ruamel.yaml is here and in compose. Hostile input is refused before anything is built from it
(RELIABILITY M13): size first, then tokens (anchors, aliases, tags, directives), then depth.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence as Sequence_
from pathlib import Path
from typing import Any

from engine.layout import bare
from engine.misread import Misreadings, colon_slip, meant
from engine.model.diagnostics import Problems
from engine.model.document import Document, Mapping, Node, Scalar, Sequence, Span, is_nothing
from engine.slips import Complaint

LARGEST_FILE = 256 * 1024
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
"""What an escape may put into a text and no database keeps: half a character, or none."""
DEEPEST = 20
_MOST_BRACKETS = 200


def load_file(path: Path, name: str, problems: Problems, inside: Path | None = None) -> Document:
    """Read a file and load it; `name` is what messages call it."""
    raw = read_file(path, name, problems, inside)
    return Document(name, None, "") if raw is None else load_bytes(raw, name, problems)


def leads_outside(path: Path, inside: Path) -> bool:
    """Whether a file of a folder is a link to somewhere else."""
    return path.is_symlink() and not path.resolve().is_relative_to(inside.resolve())


def read_file(path: Path, name: str, problems: Problems, inside: Path | None = None) -> bytes | None:
    """The bytes of a file; None, with the reason noted, when there are none or far too many.

    A link that leads out of the folder `inside` is not followed.
    """
    try:
        if inside is not None and leads_outside(path, inside):
            problems.error(_start(name), "W101", kind="outside")
            return None
        if path.stat().st_size > LARGEST_FILE:
            problems.error(_start(name), "W102", size=path.stat().st_size // 1024, limit=LARGEST_FILE // 1024)
            return None
        return path.read_bytes()
    except OSError as failure:
        kind = {FileNotFoundError: "missing", PermissionError: "denied", IsADirectoryError: "folder"}.get(
            type(failure), ""
        )
        problems.error(_start(name), "W101", kind=kind, reason=failure.strerror or str(failure))
        return None


def load_bytes(raw: bytes, name: str, problems: Problems) -> Document:
    """The Document of a file's bytes."""
    text = _decoded(raw)
    if text is None:
        problems.error(_start(name), "W103")
        return Document(name, None, "")
    return load_document(text, name, problems)


def load_lines(path: Path, name: str) -> Document:
    """A file for its lines alone, as messages show them; without any where it cannot be read."""
    raw = read_file(path, name, Problems())
    return Document(name, None, _normal((_decoded(raw) if raw is not None else "") or ""))


def _decoded(raw: bytes) -> str | None:
    try:
        return raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        return None


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text.removeprefix("\ufeff"))


def load_document(text: str, name: str, problems: Problems) -> Document:
    """The Document of a text; its root is None, with the mistake noted, when it cannot be read."""
    text = _normal(text)
    document = Document(name, None, text)
    if len(text.encode()) > LARGEST_FILE:
        problems.error(_start(name), "W102", size=len(text.encode()) // 1024, limit=LARGEST_FILE // 1024)
        return document
    if _opens_too_deep(text, name, problems):
        return document
    root = _compose(text, name, problems)
    if root is None:
        return document
    builder = _Builder(name, text.splitlines(), problems)
    node = builder.node(root)
    if not isinstance(node, Mapping):
        _note_no_keys(node, text, problems)
        return document
    return Document(name, None if builder.failed else node, text)


def _note_no_keys(node: Node, text: str, problems: Problems) -> None:
    """A file without a single key: empty talk, or every colon is full-width."""
    line = "".join(text.splitlines()[node.span.line - 1 : node.span.line])
    slip = colon_slip(bare(line)) if isinstance(node, Scalar) else ""
    at = node.span.start()
    if slip:
        problems.error(
            Span(at.file, at.line, line.index(slip) + 1, at.line, line.index(slip) + 2),
            "W113",
            **meant(slip),
        )
    else:
        problems.error(at, "W109", kind=_without_keys(node))


def _without_keys(node: Node) -> str:
    """What a file without keys is: a list, nothing behind `---`, or a text."""
    return "list" if isinstance(node, Sequence) else "empty" if is_nothing(node) else ""


def _start(name: str) -> Span:
    return Span(name, 1, 1, 1, 2)


def _opens_too_deep(text: str, name: str, problems: Problems) -> bool:
    """Thousands of brackets or dashes take the parser seconds; count them before it sees them."""
    for number, line in enumerate(text.splitlines(), start=1):
        openings = re.search(
            rf"([\[{{]\s*){{{_MOST_BRACKETS},}}|(- ){{{DEEPEST},}}|([?:] ){{{DEEPEST},}}", line
        )
        if openings:
            problems.error(Span(name, number, 1, number, 2), "W106", limit=DEEPEST)
            return True
    return False


def _compose(text: str, name: str, problems: Problems) -> Any:
    from engine.compose import compose  # noqa: PLC0415 - ruamel.yaml is loaded when a file is read, not at start

    if _has_forbidden_tokens(text, name, problems):
        return None
    try:
        root = compose(text, DEEPEST * 2)
    except RecursionError:
        problems.error(_start(name), "W106", limit=DEEPEST)
        return None
    except Exception as failure:  # noqa: BLE001 - ruamel.yaml raises far more than YAMLError (LIBRARIES 2)
        Complaint(failure, text, name).note(problems)
        return None
    if root is None:
        problems.error(_start(name), "W109", kind="empty")
    return root


_FORBIDDEN = {"AnchorToken": "&", "AliasToken": "*", "TagToken": "!", "DirectiveToken": "%"}


def _has_forbidden_tokens(text: str, name: str, problems: Problems) -> bool:
    """Anchors, aliases, tags, directives and second documents are not part of the language."""
    if not re.search(r"(?:^|[\s\[\]{},:])[&*!]|^(?:%|---|\.\.\.)", text, re.MULTILINE):
        return False
    from ruamel.yaml import YAML  # noqa: PLC0415 - see _compose

    documents = 0
    try:
        for token in YAML().scan(text):
            kind = type(token).__name__
            documents += kind == "DocumentStartToken"
            if kind in _FORBIDDEN or documents > 1:
                code = "W105" if kind in _FORBIDDEN else "W108"
                problems.error(_mark_span(token.start_mark, name), code, sign=_FORBIDDEN.get(kind, "---"))
                return True
    except Exception:  # noqa: BLE001 - a scan that fails is told by the composer, with its place
        return False
    return False


def _mark_span(mark: Any, name: str) -> Span:
    return Span(name, mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2)


def _behind_colon(key: Span) -> Span:
    """Where the value of `key:` would stand; the parser thinks of the next line that holds anything."""
    column = key.end_column + 1
    return Span(key.file, key.end_line, column, key.end_line, column)


class _Builder:
    """Turns ruamel's node tree into ours: spans from 1, texts unconverted, double keys refused."""

    def __init__(self, name: str, lines: Sequence_[str], problems: Problems) -> None:
        self.name = name
        self.problems = problems
        self.misread = Misreadings(problems, lines)
        self.failed = False

    def node(self, node: Any, depth: int = 1, key: str = "") -> Node:
        span = self._span(node)
        if depth > DEEPEST:
            if not self.failed:
                self.problems.error(span.start(), "W106", limit=DEEPEST)
            self.failed = True
            return Scalar("", quoted=False, span=span)
        kind = type(node).__name__
        if kind == "MappingNode":
            return self._as_meant(node, span) or self._mapping(node, span, depth)
        if kind == "SequenceNode":
            items = Sequence(tuple(self.node(item, depth + 1) for item in node.value), span)
            return self.misread.sequence(items, key, on_one_line=bool(node.flow_style))
        return self._scalar(node, span)

    def _scalar(self, node: Any, span: Span) -> Scalar | Sequence:
        if _NO_TEXT.search(node.value):
            self.problems.error(span, "W104", kind="control", reason="", sign="")
            return Scalar(_NO_TEXT.sub("", node.value), node.style is not None, span)
        written = Scalar(node.value, node.style is not None, span)
        if span.line != span.end_line and node.style is None:
            return self.misread.dashless_lines(written) or self.misread.scalar(written)
        return self.misread.scalar(written)

    def _mapping(self, node: Any, span: Span, depth: int) -> Mapping | Sequence:
        entries = self._entries(node, depth)
        if node.flow_style:
            listed = self.misread.in_braces(entries, span)
            return listed or Mapping(tuple(self.misread.entries(entries)), span)
        return self.misread.dashless(entries, span) or Mapping(tuple(entries), span)

    def _as_meant(self, node: Any, span: Span) -> Scalar | None:
        """`{{ … }}` without quotes, which YAML reads as braces in braces: noted, and read as a text."""
        key: Any = node.value[0][0] if node.flow_style and len(node.value) == 1 else None
        if type(key).__name__ != "MappingNode" or not key.flow_style:
            return None
        self.problems.error(Span(span.file, span.line, span.column, span.line, span.column + 2), "W112")
        names = [name.value for name, _ in key.value if isinstance(name.value, str)]
        return Scalar(f"{{{{ {names[0]} }}}}" if names else "", quoted=True, span=span)

    def _entries(self, node: Any, depth: int) -> list[tuple[Scalar, Node]]:
        entries: list[tuple[Scalar, Node]] = []
        seen: dict[str, Span] = {}
        for key_node, value_node in node.value:
            if type(key_node).__name__ != "ScalarNode" or not key_node.value.strip():
                self.problems.error(self._span(key_node).start(), "W111")
                continue
            written = Scalar(key_node.value, key_node.style is not None, self._span(key_node))
            value = self.node(value_node, depth + 1, key_node.value)
            if is_nothing(value) and value.span.line != written.span.end_line:
                value = Scalar("", quoted=False, span=_behind_colon(written.span))
            key, value = self.misread.entry(*self._split(written, value))
            if key.text in seen:
                self.problems.error(key.span, "W107", key=key.text, line=seen[key.text].line)
            elif key.text == "<<":
                self.problems.error(key.span, "W105", sign="<<")
            else:
                seen[key.text] = key.span
                entries.append((key, value))
        return entries

    def _split(self, key: Scalar, value: Node) -> tuple[Scalar, Node]:
        """`key：value` and `key:value`, noted and read as they were meant; full-width blanks left out."""
        at, text = key.span, key.text
        bare = text.strip()
        if bare != text and not key.quoted:
            kind = "nbsp" if "\u00a0" in text else "blank"
            self.problems.error(at.start(), "W110", kind=kind)
            key = Scalar(bare, quoted=False, span=at)
        if key.text != (put_right := self.misread.scalar(key)).text:
            return put_right, value
        slip = colon_slip(bare) if not key.quoted and is_nothing(value) else ""
        if not slip:
            return key, value
        name, _, rest = bare.partition(slip)
        column = at.column + len(name)
        sign = Span(at.file, at.line, column, at.line, column + 1)
        self.problems.error(sign, "W113", **meant(slip))
        after = Span(at.file, at.line, column + 1, at.end_line, at.end_column)
        return Scalar(name, quoted=False, span=Span(at.file, at.line, at.column, at.line, column)), Scalar(
            rest.strip(), quoted=False, span=after
        )

    def _span(self, node: Any) -> Span:
        start, end = node.start_mark, node.end_mark
        return Span(self.name, start.line + 1, start.column + 1, end.line + 1, end.column + 1)
