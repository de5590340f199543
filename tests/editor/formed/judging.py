"""What an edit should have made of a text, said without the code that made it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.editor.formed.ownership import Comment, Page, Path, meant
from tests.reference.rewriting import at, edited, path_after

Operation = dict[str, Any]


def faults(before: Page, operation: Operation, after: Page) -> Iterator[str]:
    """Everything that is not as it should be after one operation."""
    kind, path, value, place = _parts(operation, before)
    expected = edited(before.data, kind, path, value, place)
    if after.data != expected:
        yield "the text does not say what was meant"
        return
    yield from _comments(before, after, (kind, path, value, place))
    yield from _lines(before, after, (kind, path, value, place))


def _parts(operation: Operation, before: Page) -> tuple[str, Path, Any, Any]:
    kind, path = operation["kind"], tuple(operation["path"])
    if kind == "insert":
        value = (
            at(before.data, tuple(operation["of"])) if "of" in operation else meant(operation.get("value"))
        )
        return kind, path[:-1], value, path[-1]
    if kind == "move":
        return kind, path, None, (*path[:-1], operation["to"])
    return kind, path, meant(operation.get("value")), None


Edit = tuple[str, Path, Any, Any]


def _whose(comment: Comment, edit: Edit, before: Page, after: Page) -> Path | None:
    """Whose a comment is afterwards; None where it has gone with what it is about."""
    kind, path, value, place = edit
    whose = comment.whose
    if kind != "set" or whose[: len(path)] != path or len(whose) == len(path):
        return path_after(whose, kind, path, value, place)
    old = at(before.data, path)
    if isinstance(old, list) and isinstance(value, list):  # what stays in a list keeps its own
        item = old[whose[len(path)]]
        return (*path, value.index(item), *whose[len(path) + 1 :]) if item in value else None
    return whose if _is_there(after.data, whose) else None


def _is_there(data: Any, path: Path) -> bool:
    try:
        at(data, path)
    except (KeyError, IndexError, TypeError):
        return False
    return True


def _comments(before: Page, after: Page, edit: Edit) -> Iterator[str]:
    wanted, perhaps = Counter[Comment](), Counter[Comment]()
    for one in before.comments:
        whose = one.whose if one.kind == "inside" else _whose(one, edit, before, after)
        if whose is not None:
            beside = after.outermost(whose) if one.kind == "above" else whose
            (perhaps if _may_go(one, edit) else wanted)[Comment(one.text, one.kind, beside)] += 1
    found = Counter(after.comments)
    for one in (wanted - found).elements():
        now = [f"{other.kind} {other.whose}" for other in found if other.text == one.text]
        yield f"{one.text!r} should be {one.kind} {one.whose}, and is {now or 'gone'}"
    for one in (found - wanted - perhaps).elements():
        yield f"{one.text!r} is {one.kind} {one.whose}, where nobody put it"


def _may_go(comment: Comment, edit: Edit) -> bool:
    """Whether it stands in what is written anew or taken away, and is no longer about anything there."""
    kind, path, _, _ = edit
    if comment.kind == "inside":
        return True
    is_within = comment.whose[: len(path)] == path
    if comment.kind == "free":
        return is_within and kind in {"set", "unset", "remove"}
    return is_within and kind == "set" and len(comment.whose) > len(path)


def _lines(before: Page, after: Page, edit: Edit) -> Iterator[str]:
    """Whatever has nothing to do with the edit is byte for byte as it was."""
    kind, path, value, place = edit
    now = {one.path: one for one in after.entries}
    for entry in before.entries:
        whose = path_after(entry.path, kind, path, value, place)
        if whose is None or _is_touched(entry.path, edit) or whose[:-1] not in {(), *now}:
            continue
        if whose not in now:
            yield f"{whose} is no line of its own any more"
        elif before.own_lines(entry) != after.own_lines(now[whose]):
            yield f"the lines of {whose} have changed"


def _is_touched(entry: Path, edit: Edit) -> bool:
    """Whether it holds the place of an edit, or is that place or in it."""
    kind, path, _, _ = edit
    is_below = kind != "insert" and entry[: len(path)] == path
    return is_below or entry == path[: len(entry)]
