"""Where the tokens of a text stand: Jinja2's tree knows lines only, a message wants the column too."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import Environment, TemplateSyntaxError

from engine.text.errors import TextMistake

_OF_INTEREST = frozenset({"name", "operator", "string", "integer", "float", "variable_end", "block_end"})


class Places:
    """The tokens inside the marks of a source, in order."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._tokens = list(self._locate(source))

    def of_offset(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1."""
        return self._source.count("\n", 0, offset) + 1, offset - self._source.rfind("\n", 0, offset)

    def of_token(self, line: int, *wanted: str) -> tuple[int, int, str]:
        """The first such token on a line or a later one; where there is none, the first of any kind."""
        for token_line, column, value in self._tokens:
            if token_line >= line and (value in wanted or (value[0] in "'\"" and value[1:-1] in wanted)):
                return token_line, column, value
        first = next((column for token_line, column, _ in self._tokens if token_line == line), 1)
        return line, first, ""

    def of_path(self, line: int, path: tuple[str, ...]) -> tuple[int, int]:
        """Where `a.b` first stands on a line or a later one; the name that a `for` gives is no use of it."""
        wanted = [part for name in path for part in (".", name)][1:]
        values = [value for _, _, value in self._tokens]
        for number, (token_line, column, _) in enumerate(self._tokens):
            is_target = number > 0 and values[number - 1] == "for"
            if token_line >= line and not is_target and values[number : number + len(wanted)] == wanted:
                return token_line, column
        found_line, column, _ = self.of_token(line, path[0])
        return found_line, column

    def mistake(self, kind: str, facts: dict[str, str], line: int, *wanted: str) -> TextMistake:
        """A mistake that points at a token."""
        token_line, column, _ = self.of_token(line, *wanted)
        return TextMistake(kind, facts, token_line, column)

    def _locate(self, source: str) -> Iterator[tuple[int, int, str]]:
        lexer = Environment(keep_trailing_newline=True).lexer  # noqa: S701 - only cuts into tokens
        cursor = 0
        try:
            for _, kind, value in lexer.tokeniter(source, None):
                # Blanks may have been left out on the way, everything else stands there in this order.
                if value.strip():
                    cursor = source.find(value, cursor)
                    if kind in _OF_INTEREST:
                        yield *self.of_offset(cursor), value
                    cursor += len(value)
        except TemplateSyntaxError:
            return  # The parser will say it better.
