"""The last resort: blocks of the top are written anew, with all their comments above them."""

from __future__ import annotations

from typing import Any

from engine.rewriting.applying import is_same
from engine.rewriting.drafts import Drafts, manner_of
from engine.rewriting.parts import Kind, Unfit
from engine.rewriting.patching import Patched
from engine.rewriting.sheet import sheet_of
from engine.rewriting.splices import Splices, entry_of


def touched(data: dict[str, Any], expected: dict[str, Any]) -> tuple[str, ...]:
    """The keys of the top that are other, new or gone."""
    keys = dict.fromkeys([*data, *expected])
    return tuple(
        key for key in keys if key not in data or key not in expected or not is_same(data[key], expected[key])
    )


def written_anew(
    text: str, data: dict[str, Any], expected: dict[str, Any], *, always_quoted: bool
) -> Patched:
    """The text that says what is expected, the changed blocks of the top being new. Raises Unfit."""
    sheet = sheet_of(text)
    root = sheet.root
    if root is None or root.kind is not Kind.MAPPING or root.is_flow:
        raise Unfit
    splices, drafts = Splices(sheet), Drafts(manner_of(sheet), always_quoted)
    gone: list[tuple[str, int]] = []
    new = [key for key in expected if key not in data]
    for key in touched(data, expected):
        child = entry_of(root, key)
        if child is None:
            continue
        lines = sheet.lines_of(child)
        place = sheet.start_of_line(lines.first), sheet.start_of_line(lines.behind)
        comments = sheet.comments_in(*place)
        name = key if key in expected else _instead(key, data, expected, new)
        if name is None:
            gone += [(one.text, sheet.line_of(one.start) + 1) for one in comments]
            splices.cut_lines(lines.first, lines.behind)
            continue
        written = [*(one.text for one in comments), *drafts.entry(name, expected[name], 0)]
        splices.cut(*place, "".join(f"{line}{sheet.eol}" for line in written))
    last = sheet.last_line(root.children[-1]) + 1
    for key in new:
        splices.put_lines(last, drafts.entry(key, expected[key], 0))
    return Patched(splices.text(), tuple(gone))


def _instead(key: str, data: dict[str, Any], expected: dict[str, Any], new: list[str]) -> str | None:
    """The new key that stands where one stood: it was renamed."""
    place = list(data).index(key)
    other = list(expected)[place] if len(data) == len(expected) else None
    if other not in new:
        return None
    new.remove(other)
    return other
