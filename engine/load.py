"""Load: the text of a file becomes a Document whose values know file, line and column.

All use of ruamel.yaml is here. Hostile input is refused before anything is built from it
(RELIABILITY M13): size first, then tokens (anchors, aliases, tags, directives), then depth.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any

from engine.model.diagnostics import Problems
from engine.model.document import Document, Mapping, Node, Scalar, Sequence, Span, is_nothing

LARGEST_FILE = 256 * 1024
DEEPEST = 20
_MOST_BRACKETS = 200


def load_file(path: Path, name: str, problems: Problems) -> Document:
    """Read a file and load it; `name` is what messages call it."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            problems.error(_start(name), "W102", size=path.stat().st_size // 1024, limit=LARGEST_FILE // 1024)
            return Document(name, None, "")
        raw = path.read_bytes()
    except OSError as failure:
        kind = {FileNotFoundError: "missing", PermissionError: "denied", IsADirectoryError: "folder"}.get(
            type(failure), ""
        )
        problems.error(_start(name), "W101", kind=kind, reason=failure.strerror or str(failure))
        return Document(name, None, "")
    try:
        text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        problems.error(_start(name), "W103")
        return Document(name, None, "")
    return load_document(text, name, problems)


def load_document(text: str, name: str, problems: Problems) -> Document:
    """The Document of a text; its root is None, with the mistake noted, when it cannot be read."""
    text = unicodedata.normalize("NFC", text.removeprefix("\ufeff"))
    document = Document(name, None, text)
    if len(text.encode()) > LARGEST_FILE:
        problems.error(_start(name), "W102", size=len(text.encode()) // 1024, limit=LARGEST_FILE // 1024)
        return document
    if _opens_too_deep(text, name, problems):
        return document
    root = _compose(text, name, problems)
    if root is None:
        return document
    builder = _Builder(name, problems)
    node = builder.node(root)
    if not isinstance(node, Mapping):
        _note_no_keys(node, text, problems)
        return document
    return Document(name, None if builder.failed else node, text)


def _note_no_keys(node: Node, text: str, problems: Problems) -> None:
    """A file without a single key: empty talk, or every colon is full-width."""
    line = text.splitlines()[node.span.line - 1]
    slip = _colon_slip(_bare(line)) if isinstance(node, Scalar) else ""
    at = node.span.start()
    if slip:
        problems.error(
            Span(at.file, at.line, line.index(slip) + 1, at.line, line.index(slip) + 2),
            "W113",
            **_meant(slip),
        )
    else:
        problems.error(at, "W109", kind="list" if isinstance(node, Sequence) else "")


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
    from ruamel.yaml import YAML  # noqa: PLC0415 - loaded when a file is read, not at start

    yaml = YAML()  # one for every load: it is neither thread-safe nor reusable after an error (LIBRARIES 2)
    yaml.max_depth = DEEPEST * 2
    if _has_forbidden_tokens(text, name, problems):
        return None
    try:
        root = yaml.compose(text)
    except RecursionError:
        problems.error(_start(name), "W106", limit=DEEPEST)
        return None
    except Exception as failure:  # noqa: BLE001 - ruamel.yaml raises far more than YAMLError (LIBRARIES 2)
        _Complaint(failure, text, name).note(problems)
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


_WIDE = {"：": ": ", "，": ", ", "｛": "{", "｝": "}", "［": "[", "］": "]"}
_LONGEST_TO_TRY = 64 * 1024


def _meant(sign: str) -> dict[str, str]:
    """The facts about a sign that stands for another, or lacks the blank behind it."""
    return {"kind": "colon" if sign == ":" else "", "sign": sign, "nearest": _WIDE.get(sign, sign).strip()}


def _colon_slip(text: str) -> str:
    """The sign that was meant as `: `, in a text that should have been a key and its value."""
    found = re.search(r"：|(?<![0-9]):(?=[^ /\n])", text)
    return found.group() if found else ""


def _bare(line: str) -> str:
    """A line with its quoted parts and its comment blotted out, at the same length."""
    return re.sub(r"""\"[^"]*"|'[^']*'|(?<!\S)#.*""", lambda found: "_" * len(found.group()), line)


class _Complaint:
    """What the parser of YAML stumbled over, told by what people usually did there."""

    def __init__(self, failure: Exception, text: str, name: str) -> None:
        mark = getattr(failure, "problem_mark", None) or getattr(failure, "context_mark", None)
        context = getattr(failure, "context_mark", None) or mark
        self.kind_of_failure = type(failure).__name__
        self.problem = str(getattr(failure, "problem", None) or failure).split("\n", maxsplit=1)[0]
        self.context = str(getattr(failure, "context", None) or "")
        self.text = text
        self.lines = text.splitlines()
        self.name = name
        position = getattr(failure, "position", 0)
        before = text[: position if isinstance(position, int) else 0]
        here = (before.count("\n"), len(before) - before.rfind("\n") - 1)
        self.mark = (mark.line, mark.column) if mark is not None else here
        self.begin = (context.line, context.column) if context is not None else here

    def note(self, problems: Problems) -> None:
        """One diagnostic at the place that people will have to change."""
        if self.kind_of_failure == "MaxDepthExceededError":
            problems.error(self._span(self.mark), "W106", limit=DEEPEST)
        elif "found another document" in self.problem:
            problems.error(self._span(self.mark), "W108", sign="---")
        elif "\\t" in self.problem or "'\t'" in self.problem:
            problems.error(self._span(self.mark), "W110", kind="tab")
        elif at := self._unquoted_braces():
            problems.error(self._span(at, 2), "W112")
        elif slip := self._wide_sign():
            problems.error(self._span(slip[1]), "W113", **_meant(slip[0]))
        else:
            kind, place = self._kind()
            problems.error(
                self._span(place), "W104", kind=kind, reason=self.problem[:80], sign=self._sign(place)
            )

    def _kind(self) -> tuple[str, tuple[int, int]]:
        if "quoted scalar" in self.context and "escape" not in self.problem:
            return "quote", self.begin
        if "expected ',' or" in self.problem:
            return "bracket", self.begin if self.begin[0] != self.mark[0] else self.mark
        if "expected ':'" in self.problem:
            return "no_colon", self.begin
        if "mapping values" in self.problem:
            return ("colon" if ": " in self._line(self.mark[0])[: self.mark[1]] else "indent"), self.mark
        if "<block end>" in self.problem:
            later = "'}'" in self.problem or "']'" in self.problem
            return ("after" if later or "<scalar>" in self.problem else "indent"), self.mark
        if "alphabetic" in self.problem:
            return "sign", self.begin
        kinds = {"cannot start": "sign", "escape": "escape", "special characters": "control"}
        return next((kind for part, kind in kinds.items() if part in self.problem), "other"), self.mark

    def _unquoted_braces(self) -> tuple[int, int] | None:
        for number in dict.fromkeys((self.mark[0], self.begin[0])):
            column = _bare(self._line(number)).find("{{")
            if column >= 0:
                return number, column
        return None

    def _wide_sign(self) -> tuple[str, tuple[int, int]] | None:
        """A full-width sign, or a colon without a blank, that makes the text readable once put right."""
        if len(self.text) > _LONGEST_TO_TRY:
            return None
        for number in dict.fromkeys((self.begin[0], self.mark[0], self.mark[0] - 1)):
            line = self._line(number)
            found = list(re.finditer("[：，｛｝［］]|:(?=[^ /])", _bare(line)))[:8]
            for one in found:
                right = _WIDE.get(one.group(), ": ")
                if self._gets_further(number, line[: one.start()] + right + line[one.end() :]):
                    return one.group(), (number, one.start())
            wide = [one for one in found if one.group() in _WIDE]
            if wide and self._gets_further(
                number, re.sub("[：，｛｝［］]", lambda one: _WIDE[one.group()], line)
            ):
                return wide[0].group(), (number, wide[0].start())
        return None

    def _gets_further(self, number: int, line: str) -> bool:
        from ruamel.yaml import YAML  # noqa: PLC0415 - see _compose

        try:
            YAML().compose("\n".join([*self.lines[:number], line, *self.lines[number + 1 :]]))
        except Exception as failure:  # noqa: BLE001 - see _compose
            mark = getattr(failure, "problem_mark", None)
            return mark is not None and mark.line > max(self.mark[0], number) + 1
        return True

    def _line(self, number: int) -> str:
        return self.lines[number] if 0 <= number < len(self.lines) else ""

    def _sign(self, place: tuple[int, int]) -> str:
        return self._line(place[0])[place[1] : place[1] + 1].strip()

    def _span(self, place: tuple[int, int], width: int = 1) -> Span:
        line, column = place[0] + 1, place[1] + 1
        return Span(self.name, line, column, line, column + width)


def _behind_colon(key: Span) -> Span:
    """Where the value of `key:` would stand; the parser thinks of the next line that holds anything."""
    column = key.end_column + 1
    return Span(key.file, key.end_line, column, key.end_line, column)


class _Builder:
    """Turns ruamel's node tree into ours: spans from 1, texts unconverted, double keys refused."""

    def __init__(self, name: str, problems: Problems) -> None:
        self.name = name
        self.problems = problems
        self.failed = False

    def node(self, node: Any, depth: int = 1) -> Node:
        span = self._span(node)
        if depth > DEEPEST:
            if not self.failed:
                self.problems.error(span.start(), "W106", limit=DEEPEST)
            self.failed = True
            return Scalar("", quoted=False, span=span)
        kind = type(node).__name__
        if kind == "MappingNode":
            return self._as_meant(node, span) or Mapping(tuple(self._entries(node, depth)), span)
        if kind == "SequenceNode":
            return Sequence(tuple(self.node(item, depth + 1) for item in node.value), span)
        return Scalar(node.value, node.style is not None, span)

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
            value = self.node(value_node, depth + 1)
            if is_nothing(value) and value.span.line != written.span.end_line:
                value = Scalar("", quoted=False, span=_behind_colon(written.span))
            key, value = self._split(written, value)
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
            self.problems.error(at.start(), "W110", kind="blank")
            key = Scalar(bare, quoted=False, span=at)
        slip = _colon_slip(bare) if not key.quoted and is_nothing(value) else ""
        if not slip:
            return key, value
        name, _, rest = bare.partition(slip)
        column = at.column + len(name)
        sign = Span(at.file, at.line, column, at.line, column + 1)
        self.problems.error(sign, "W113", **_meant(slip))
        after = Span(at.file, at.line, column + 1, at.end_line, at.end_column)
        return Scalar(name, quoted=False, span=Span(at.file, at.line, at.column, at.line, column)), Scalar(
            rest.strip(), quoted=False, span=after
        )

    def _span(self, node: Any) -> Span:
        start, end = node.start_mark, node.end_mark
        return Span(self.name, start.line + 1, start.column + 1, end.line + 1, end.column + 1)
