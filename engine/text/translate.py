"""From a text to one Python function: fast where nothing is missing, exact about what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from types import CodeType
from typing import Any, cast

from engine.text.errors import MissingValue
from engine.text.filters import FILTERS
from engine.text.slots import Slots, TextWriter
from engine.text.tree import (
    AllOf,
    Body,
    Branch,
    Case,
    Chain,
    Choice,
    Compare,
    Constant,
    Defined,
    Field,
    FilterUse,
    Has,
    Loop,
    Operand,
    ParsedText,
    Path,
    Test,
    is_in_row,
    is_of_loop,
)
from engine.text.values import (
    COMPARISONS,
    OUTPUT_LIMIT,
    as_is,
    as_text,
    compare,
    has_value,
    is_missing,
    rows_of,
    show_constant,
    too_long,
)

# `fast` joins and lets None break the join; whatever breaks, `exact` takes the row again, piece by piece.
_FRAME = """
def write(row):
    try:
        text = "".join({fast})
        if len(text) <= limit:
            return text
    except Exception:
        pass
    return exact(row)

def exact(row):
    pieces = Pieces()
    add = pieces.add
{exact}
    return pieces.text()
"""


def text_writer(parsed: ParsedText, slots: Slots, *, html: bool = False) -> TextWriter:
    """The function that writes a text for a row; it raises MissingValue or TextStopped where it cannot."""
    if parsed.is_constant:
        constant = "".join(cast("tuple[str, ...]", parsed.body))
        return lambda _row: constant
    names = _Names(html=html)
    exact = _Expressions(slots, names, is_exact=True)
    # Many rows of long values could fill the memory before `fast` sees their length.
    fast = "(1,)" if parsed.has_loops else _joined(parsed.body, _Expressions(slots, names, is_exact=False))
    source = _FRAME.format(fast=fast, exact="\n".join(_steps(parsed.body, exact, 1)))
    # Only our own words, positions and names, and texts as literals by repr() get into the source.
    exec(_compiled(source), names.namespace)  # noqa: S102 - our own source, no user text in it
    return cast("TextWriter", names.namespace["exact" if parsed.has_loops else "write"])


@lru_cache(maxsize=1_000)
def _compiled(source: str) -> CodeType:
    """A worker writes the same texts every night."""
    return compile(source, "<text>", "exec")


class _Names:
    """What the generated source may name: our functions, and values under numbered names."""

    def __init__(self, *, html: bool) -> None:
        self.html = html
        self.namespace: dict[str, Any] = {
            "Pieces": _Pieces,
            "as_text": as_text,
            "has": has_value,
            "missing": is_missing,
            "limit": OUTPUT_LIMIT,
            "escape": _html_escape() if html else None,
            **{f"test_{name}": partial(compare, name) for name in COMPARISONS},
        }

    def name(self, value: Any) -> str:
        name = f"given_{len(self.namespace)}"
        self.namespace[name] = value
        return name


class _Pieces:
    """The text of one row as it grows, watched for what is missing and for its length."""

    __slots__ = ("_pieces", "_size")

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._size = 0

    def add(self, piece: str | None, path: Path = ()) -> None:
        if piece is None:
            raise MissingValue(path)
        self._pieces.append(piece)
        self._size += len(piece)
        if self._size > OUTPUT_LIMIT:
            raise too_long()

    def text(self) -> str:
        return "".join(self._pieces)


def _joined(body: Body, write: _Expressions) -> str:
    return "(" + "".join(f"{part}, " for part in _parts(body, write)) + ")"


def _parts(body: Body, write: _Expressions) -> Iterator[str]:
    for piece in body:
        if isinstance(piece, str):
            yield repr(piece)
        elif isinstance(piece, Chain):
            yield write.chain(piece)
        elif isinstance(piece, Choice):
            then, otherwise = write.chain(piece.then), write.chain(piece.otherwise)
            yield f"({then} if {write.test(piece.test)} else {otherwise})"
        elif isinstance(piece, Branch):
            cases = "".join(
                f'"".join({_joined(case.body, write)}) if {write.test(case.test)} else '
                for case in piece.cases
            )
            yield f'({cases}"".join({_joined(piece.otherwise, write)}))'


def _steps(body: Body, write: _Expressions, depth: int) -> Iterator[str]:
    indent = "    " * depth
    for piece in body:
        if isinstance(piece, Choice):
            cases = (Case(piece.test, (piece.then,)),)
            yield from _branch_steps(Branch(cases, (piece.otherwise,)), write, depth)
        elif isinstance(piece, Branch):
            yield from _branch_steps(piece, write, depth)
        elif isinstance(piece, Loop):
            yield from _loop_steps(piece, write, depth)
        elif isinstance(piece, Chain):
            yield f"{indent}add({write.chain(piece)}, {write.path(piece.last_resort)})"
        elif isinstance(piece, str):
            yield f"{indent}add({piece!r})"
    yield f"{indent}pass"


def _branch_steps(branch: Branch, write: _Expressions, depth: int) -> Iterator[str]:
    indent = "    " * depth
    for word, case in zip(_if_words(), branch.cases, strict=False):
        yield f"{indent}{word} {write.test(case.test)}:"
        yield from _steps(case.body, write, depth + 1)
    yield f"{indent}else:"
    yield from _steps(branch.otherwise, write, depth + 1)


def _loop_steps(loop: Loop, write: _Expressions, depth: int) -> Iterator[str]:
    """Loops do not nest, so `rows`, `item` and `number` are those of the loop that runs."""
    indent = "    " * depth
    yield f"{indent}rows = {write.rows(loop)}"
    yield f"{indent}for number, item in enumerate(rows, 1):"
    yield from _steps(loop.body, write, depth + 1)
    yield f"{indent}if not rows:"
    yield from _steps(loop.otherwise, write, depth + 1)


def _if_words() -> Iterator[str]:
    yield "if"
    while True:
        yield "elif"


class _Expressions:
    """Python expressions for the parts of a text; `v` and `t` hold a value and a text for a moment.

    The exact ones turn what loosely typed columns hold into text; the fast ones rely on text being there.
    """

    def __init__(self, slots: Slots, names: _Names, *, is_exact: bool) -> None:
        self._slots = slots
        self._names = names
        self._is_exact = is_exact

    def chain(self, chain: Chain) -> str:
        first, rest = chain.filters[:1], chain.filters
        if first and FILTERS[first[0].name].acts_on == "value":
            expression = self._call(first[0], self._value(chain.base), holder="v", is_missing="missing({})")
            rest = chain.filters[1:]
        else:
            expression = self._shown(chain.base)
        for use in rest:
            expression = self._filtered(use, expression)
        return f"escape({expression})" if self._names.html else expression

    def test(self, test: Test) -> str:
        if isinstance(test, Has):
            return f"{'' if test.wanted else 'not '}has({self._value(Field(test.path))})"
        if isinstance(test, Compare):
            return f"test_{test.comparison}({self._value(test.left)}, {self._value(test.right)})"
        if isinstance(test, Defined):
            return f"({self._raw(test.path)} is {'not ' if test.wanted else ''}None)"
        return f"({(' and ' if isinstance(test, AllOf) else ' or ').join(map(self.test, test.tests))})"

    def rows(self, loop: Loop) -> str:
        slot = self._slots[loop.rows]
        read = self._names.name(partial(rows_of, read=slot.value, at_most=loop.at_most))
        return f"{read}(row[{int(slot.position)}])"

    def path(self, path: Path | None) -> str:
        return self._names.name(path or ())

    def _filtered(self, use: FilterUse, expression: str) -> str:
        if use.name == "or":
            default = self._shown(use.arguments[0])
            return f"(t if (t := {expression}) is not None and t.strip() else {default})"
        return self._call(use, expression, holder="t", is_missing="{} is None")

    def _call(self, use: FilterUse, expression: str, *, holder: str, is_missing: str) -> str:
        function = self._names.name(FILTERS[use.name].function)
        arguments = "".join(f", {self._constant(argument)}" for argument in use.arguments)
        condition = is_missing.format(f"({holder} := {expression})")
        return f"(None if {condition} else {function}({holder}{arguments}))"

    def _shown(self, operand: Operand) -> str:
        if isinstance(operand, Constant):
            return repr(show_constant(operand.value))
        if is_of_loop(operand.path):
            return f"str({_LOOP_VALUES[operand.path[1]]})"
        shown = self._read(operand.path, self._slots[operand.path].show)
        if not self._is_exact:
            return shown
        return f"(None if (v := {shown}) is None else as_text(v))"

    def _value(self, operand: Operand) -> str:
        if isinstance(operand, Constant):
            return self._constant(operand)
        if is_of_loop(operand.path):
            return _LOOP_VALUES[operand.path[1]]
        return self._read(operand.path, self._slots[operand.path].value)

    def _read(self, path: Path, function: Any) -> str:
        cell = self._raw(path)
        if function is as_is:
            return cell
        return f"(None if (v := {cell}) is None else {self._names.name(function)}(v))"

    def _raw(self, path: Path) -> str:
        if is_of_loop(path):
            return _LOOP_VALUES[path[1]]
        return f"{'item' if is_in_row(path) else 'row'}[{int(self._slots[path].position)}]"

    def _constant(self, operand: Operand) -> str:
        return self._names.name(operand.value if isinstance(operand, Constant) else operand)


_LOOP_VALUES = {"index": "number", "first": "(number == 1)", "last": "(number == len(rows))"}


def _html_escape() -> Callable[[str | None], str | None]:
    from markupsafe import escape  # noqa: PLC0415 - comes with Jinja2; only e-mails need it

    return lambda text: None if text is None else str(escape(as_text(text)))
