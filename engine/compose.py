"""Compose: the text of a file becomes the node tree of ruamel.yaml, by its own scanner, made quicker.

What is written anew here is what runs for every character or token of a file; it takes the common way first
and leaves the rest to ruamel.yaml. Comments are skipped, and no scalar is given a type: nobody asks for
either. Nodes, places and complaints are those of `YAML().compose` (tests/engine/test_compose.py).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import StreamMark
from ruamel.yaml.events import ScalarEvent
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.parser import Parser
from ruamel.yaml.reader import Reader
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.scanner import Scanner
from ruamel.yaml.tokens import ScalarToken

_SPACE = "\\0 \t\r\n\x85\u2028\u2029"
_PLAIN = re.compile(f"(?:[^:{_SPACE}]|:(?![{_SPACE}]))*")
_PLAIN_IN_BRACKETS = re.compile(rf"(?:[^:,\[\]{{}}{_SPACE}]|:(?![{_SPACE}]))*")
_BLANKS = re.compile(" *")
_BLANKS_IN_LINE = re.compile(" *+(?![\r\n\x85\u2028\u2029])")
_COMMENT = re.compile("[^\\0\r\n\x85\u2028\u2029]*")

_FETCHED_BY = {
    "[": "fetch_flow_sequence_start",
    "]": "fetch_flow_sequence_end",
    "{": "fetch_flow_mapping_start",
    "}": "fetch_flow_mapping_end",
    ",": "fetch_flow_entry",
    "'": "fetch_single",
    '"': "fetch_double",
}
"""Characters that begin the same kind of token wherever they stand."""


@lru_cache(maxsize=2)  # who edits a text asks twice: for what it says, and for where that stands
def compose(text: str, max_depth: int) -> Any:
    """The root node of a text, or None of an empty one; raises whatever ruamel.yaml raises.

    Nobody changes the nodes.
    """
    quick: Any = YAML(typ="safe", pure=True)  # one for every text: it is not reusable after an error
    quick.Reader, quick.Scanner, quick.Parser = _Reader, _Scanner, _Parser
    quick.Composer, quick.Resolver = _Composer, _Resolver
    quick.max_depth = max_depth
    try:
        return quick.compose(text)
    except Exception:  # noqa: BLE001 - the same text once more, for the complaint that people know
        yaml = YAML()
        yaml.max_depth = max_depth
        return yaml.compose(text)


class _Reader(Reader):
    """A reader of one text that is all there: nothing has to be fetched."""

    def peek(self, index: int = 0) -> str:
        return str(self.buffer[self.pointer + index])

    def get_mark(self) -> Any:
        # Without the text around it: who complains has read the text once more, see `compose`.
        return StreamMark(self.name, self.index, self.line, self.column)

    def pass_over(self, pattern: re.Pattern[str]) -> str:
        """Characters without a line break, perhaps none, which are left behind."""
        found = pattern.match(self.buffer, self.pointer)
        assert found is not None
        passed = found[0]
        self.pointer += len(passed)
        self.index += len(passed)
        self.column += len(passed) - passed.count("\ufeff")
        return passed


class _Scanner(Scanner):
    """Tokens; attributes instead of properties, and regular expressions instead of single characters."""

    reader: Any = None
    _is_ready = False

    def __init__(self, loader: Any = None) -> None:
        self.reader = loader.reader
        super().__init__(loader)

    def check_token(self, *choices: Any) -> bool:
        if not self._is_ready:
            self._prepare()
        return bool(self.tokens) and (not choices or isinstance(self.tokens[0], choices))

    def peek_token(self) -> Any:
        if not self._is_ready:
            self._prepare()
        return self.tokens[0] if self.tokens else None

    def get_token(self) -> Any:
        if not self._is_ready:
            self._prepare()
        if not self.tokens:
            return None
        self._is_ready = False
        self.tokens_taken += 1
        return self.tokens.pop(0)

    def _prepare(self) -> None:
        """Fetch until the first token is certain; it stays so until it is taken."""
        while not self._is_ready:
            self._is_ready = not self.need_more_tokens()
            if not self._is_ready:
                self.fetch_more_tokens()

    def need_more_tokens(self) -> bool:
        if self.done or not self.tokens or not self.possible_simple_keys:
            return not self.done and not self.tokens
        self.stale_possible_simple_keys()
        return any(key.token_number == self.tokens_taken for key in self.possible_simple_keys.values())

    def stale_possible_simple_keys(self) -> None:
        line, index = self.reader.line, self.reader.index
        for key in self.possible_simple_keys.values():
            if key.line != line or index - key.index > 1024:
                super().stale_possible_simple_keys()
                return

    def fetch_more_tokens(self) -> Any:
        self.scan_to_next_token()
        self.stale_possible_simple_keys()
        self.unwind_indent(self.reader.column)
        character = self.reader.buffer[self.reader.pointer]
        if character.isalnum():
            return self.fetch_plain()
        if character in _FETCHED_BY:
            return getattr(self, _FETCHED_BY[character])()
        if character == ":" and self.check_value():
            return self.fetch_value()
        return super().fetch_more_tokens()

    def scan_to_next_token(self) -> None:
        reader = self.reader
        if reader.index == 0 and reader.peek() == "\ufeff":
            reader.forward()
        while True:
            if self.flow_context and reader.buffer[reader.pointer] == "\t":
                super().scan_to_next_token()
                return
            reader.pass_over(_BLANKS)
            if reader.buffer[reader.pointer] == "#":
                reader.pass_over(_COMMENT)
            if reader.buffer[reader.pointer] not in "\r\n\x85\u2028\u2029":
                return
            self.scan_line_break()
            if not self.flow_context:
                self.allow_simple_key = True

    def scan_plain(self) -> Any:
        if self.yaml_version is not None:
            return super().scan_plain()
        reader, pattern = self.reader, _PLAIN_IN_BRACKETS if self.flow_context else _PLAIN
        chunks: list[str] = []
        spaces: Any = []
        start = end = reader.get_mark()
        indent = self.indent + 1
        while reader.buffer[reader.pointer] != "#":
            found = reader.pass_over(pattern)
            if not found:
                break
            self.allow_simple_key = False
            chunks += [*spaces, found]
            end = reader.get_mark()
            spaces = self.scan_plain_spaces(indent, start)
            if not spaces or (not self.flow_context and reader.column < indent):
                break
        return ScalarToken("".join(chunks), True, start, end)  # noqa: FBT003 - ruamel.yaml's signature: plain

    def scan_plain_spaces(self, indent: Any, start_mark: Any) -> Any:
        reader = self.reader
        found = _BLANKS_IN_LINE.match(reader.buffer, reader.pointer)
        if found is None:
            return super().scan_plain_spaces(indent, start_mark)
        return [reader.pass_over(_BLANKS)] if found[0] else []


class _Parser(Parser):
    """Events; most of them are scalars without an anchor or a tag."""

    scanner: Any = None
    resolver: Any = None

    def __init__(self, loader: Any) -> None:
        self.scanner, self.resolver = loader.scanner, loader.resolver
        super().__init__(loader)

    def check_event(self, *choices: Any) -> bool:
        event = self.peek_event()
        return event is not None and (not choices or isinstance(event, choices))

    def parse_node(self, block: bool = False, indentless_sequence: bool = False) -> Any:  # noqa: FBT001, FBT002 - ruamel.yaml's signature
        token = self.scanner.peek_token()
        if type(token) is not ScalarToken:
            return super().parse_node(block, indentless_sequence)
        self.scanner.get_token()
        self.state = self.states.pop()
        implicit = (token.plain, not token.plain)
        return ScalarEvent(
            None, None, implicit, token.value, token.start_mark, token.end_mark, style=token.style
        )


class _Composer(Composer):
    """Nodes."""

    parser: Any = None
    resolver: Any = None

    def __init__(self, loader: Any = None) -> None:
        self.parser, self.resolver = loader.parser, loader.resolver
        super().__init__(loader)

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.parser.peek_event()
        is_deep = self.loader.max_depth and self.depth >= self.loader.max_depth
        if type(event) is not ScalarEvent or event.anchor is not None or event.ctag is not None or is_deep:
            return super().compose_node(parent, index)
        self.parser.get_event()
        tag = self.resolver.DEFAULT_SCALAR_TAG
        return ScalarNode(tag, event.value, event.start_mark, event.end_mark, style=event.style)


class _Resolver(VersionedResolver):
    """Every scalar is a text: what it means is for the readers of the workspace to say."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:  # noqa: ARG002 - ruamel.yaml's signature
        tags = {SequenceNode: self.DEFAULT_SEQUENCE_TAG, MappingNode: self.DEFAULT_MAPPING_TAG}
        return tags.get(kind, self.DEFAULT_SCALAR_TAG)
