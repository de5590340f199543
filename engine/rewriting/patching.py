"""One step carried out on the text of a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.rewriting.applying import Add, Carry, Into, Name, Out, Put, Step
from engine.rewriting.blocks import Blocks
from engine.rewriting.brackets import Brackets
from engine.rewriting.drafts import Drafts, Written, manner_of
from engine.rewriting.edits import Fragment, Path
from engine.rewriting.parts import Child, Kind, Part, Unfit
from engine.rewriting.sheet import Comment, Sheet, sheet_of
from engine.rewriting.spelling import Old, Spot
from engine.rewriting.splices import Freight, Splices, trail


@dataclass(frozen=True, slots=True)
class Patched:
    """A text with a step carried out: the comments that went, as (text, line), and those that came along."""

    text: str
    gone: tuple[tuple[str, int], ...] = ()
    brought: tuple[str, ...] = ()


def patched(text: str, step: Step, *, always_quoted: bool) -> Patched:
    """The text with one step carried out. Raises Unfit."""
    if isinstance(step, Carry):
        return _carried(text, step, always_quoted=always_quoted)
    patch = Patch(sheet_of(text), always_quoted=always_quoted)
    patch.carry_out(step)
    return patch.done()


def _carried(text: str, step: Carry, *, always_quoted: bool) -> Patched:
    first = Patch(sheet_of(text), always_quoted=always_quoted)
    freight = first.take(step.path)
    taken = first.done()
    second = Patch(sheet_of(taken.text), always_quoted=always_quoted)
    second.carry_out(step.step, freight if taken.gone or not always_quoted else None)
    done = second.done()
    brought = tuple(one for one, _ in taken.gone)
    return Patched(done.text, taken.gone + done.gone, brought)


class Patch:
    """Carries out one step on a sheet."""

    def __init__(self, sheet: Sheet, *, always_quoted: bool) -> None:
        self.sheet = sheet
        self.splices = Splices(sheet)
        self.blocks, self.brackets = Blocks(sheet, self.splices), Brackets(sheet, self.splices)
        self.drafts = Drafts(manner_of(sheet), always_quoted)

    def done(self) -> Patched:
        """The text that came of it."""
        gone = (self._told(one) for one in self.splices.gone)
        return Patched(self.splices.text(), tuple(gone))

    def _told(self, comment: Comment) -> tuple[str, int]:
        return comment.text, self.sheet.line_of(comment.start) + 1

    def carry_out(self, step: Step, freight: Freight | None = None) -> None:
        """One step; with a freight its value is already written."""
        match step:
            case Put():
                self._put(step.path, _with(step.value, freight))
            case Add():
                self._add(step.path, step.key, _with(step.value, freight), step.at)
            case Into():
                self._into(step.path, step.at, [step.value, *step.more], freight)
            case Out():
                self.take(step.path)
            case Name():
                self._name(step.path, step.key)
            case Carry():
                raise Unfit

    # --- where -----------------------------------------------------------------------------------

    def _root(self) -> Part:
        if self.sheet.root is None:
            raise Unfit
        return self.sheet.root

    def _around(self, chain: list[Child]) -> Part:
        """The list or mapping that the last child of a chain is in."""
        return chain[-2].value if len(chain) > 1 else self._root()

    def _held(self, path: Path) -> tuple[Part, Child | None, bool]:
        """The list or mapping at a path, the child that holds it, and whether that stands in brackets."""
        root = self._root()
        chain = trail(root, path)
        if not chain:
            return root, None, False
        return chain[-1].value, chain[-1], self._around(chain).is_flow

    # --- the steps -------------------------------------------------------------------------------

    def take(self, path: Path) -> Freight:
        """Take an item or entry away."""
        chain = trail(self._root(), path)
        around = self._around(chain)
        index = around.children.index(chain[-1])
        if around.is_flow:
            return self.brackets.take(around, index)
        return self.blocks.take(around, index, chain[-2] if len(chain) > 1 else None)

    def _put(self, path: Path, value: Any) -> None:
        chain = trail(self._root(), path)
        if not chain:
            raise Unfit
        child, around = chain[-1], self._around(chain)
        if around.is_flow:
            self._put_in_brackets(child, around, value)
        else:
            beside = [one.value for one in around.children if one is not child]
            self.blocks.replace(child, self._written(child, value, beside, child.value))

    def _written(self, child: Child, value: Any, beside: list[Part], old: Part | None) -> Written:
        column = self.sheet.column(child.start)
        if child.key is None:
            return self.drafts.behind_dash(value, column, old, beside)
        return self.drafts.below_key(value, column + child.colon - child.start, old)

    def _put_in_brackets(self, child: Child, around: Part, value: Any) -> None:
        old = child.value
        spot = Spot.FLOW_ITEM if around.kind is Kind.LIST else Spot.FLOW_VALUE
        text = self.drafts.on_one_line(value, spot, _manner(old))
        if not old.is_empty:
            self.splices.cut(old.start, old.end, text)
        elif child.key is not None and child.colon > child.key.end:
            self.splices.put(child.colon, f" {text}")
        else:
            self.splices.put(child.colon, f": {text}")

    def _add(self, path: Path, key: str, value: Any, at: int) -> None:
        root = self.sheet.root
        if root is None or (not path and root.is_empty):
            self._begin(key, value)
            return
        held, owner, in_brackets = self._held(path)
        if held.is_block:
            column = self.sheet.column(held.children[0].start)
            self.blocks.put(held, at, self.drafts.entry(key, value, column))
        elif held.children or in_brackets:
            text = f"{self.drafts.key(key, Spot.FLOW_KEY)}: {self.drafts.on_one_line(value)}"
            self.brackets.put(held, at, Freight((), (text,), has_dash=False))
        elif owner is not None:
            self.blocks.replace(owner, self._written(owner, {key: value}, [], None))
        else:
            self.splices.cut(held.start, held.end, self.sheet.eol.join(self.drafts.entry(key, value, 0)))

    def _begin(self, key: str, value: Any) -> None:
        """The first key of a file without any; comments at its head stay the head."""
        lines = self.drafts.entry(key, value, 0)
        last = len(self.sheet.starts) - 1
        head = [""] if last and not self.sheet.is_blank(last - 1) and self.sheet.comments else []
        self.splices.put_lines(last, [*head, *lines])

    def _into(self, path: Path, at: int, values: list[Any], freight: Freight | None) -> None:
        held, owner, in_brackets = self._held(path)
        if held.is_block:
            blank = [""] if self.blocks.is_spaced(held) else []
            first, *others = (self._item_lines(held, value, freight) for value in values)
            self.blocks.put(held, at, first + [line for lines in others for line in [*blank, *lines]])
        elif owner is None or held.children or in_brackets or not _may_have_lines(owner, values, freight):
            self.brackets.put(held, at, self._in_brackets(held, values, freight))
        else:
            self.blocks.replace(owner, self._written(owner, _with(values, freight), [], None))

    def _item_lines(self, held: Part, value: Any, freight: Freight | None) -> list[str]:
        if freight is not None:
            return freight.as_lines()
        column = self.sheet.column(held.children[0].start)
        written = self.drafts.behind_dash(value, column, None, [one.value for one in held.children])
        return [f"- {written.head}".rstrip(), *written.below]

    def _in_brackets(self, held: Part, values: list[Any], freight: Freight | None) -> Freight:
        """Items for brackets; one that stood in lines is written anew, its comments above it."""
        if freight is not None and not freight.has_dash:
            return freight
        styles = {_manner(one.value) for one in held.children}
        old = styles.pop() if len({one and one.style for one in styles}) == 1 else None
        texts = [self.drafts.on_one_line(value, Spot.FLOW_ITEM, old) for value in values]
        if any(self.sheet.begins_line(child.start) for child in held.children):
            texts = [*(f"{text}," for text in texts[:-1]), texts[-1]]
        else:
            texts = [", ".join(texts)]
        found = [] if freight is None else sheet_of("\n".join(freight.lines) + "\n").comments
        comments = (*(() if freight is None else freight.lead), *(one.text for one in found))
        return Freight(comments, tuple(texts), has_dash=False)

    def _name(self, path: Path, name: str) -> None:
        chain = trail(self._root(), path)
        key, spot = chain[-1].key, Spot.FLOW_KEY if self._around(chain).is_flow else Spot.KEY
        if key is None or chain[-1].is_odd:
            raise Unfit
        self.splices.cut(key.start, key.end, self.drafts.key(name, spot, _manner(key)))


def _manner(old: Part) -> Old | None:
    """The manner of a scalar that is there."""
    return Old(old.style, old.text) if old.kind is Kind.SCALAR and not old.is_empty else None


def _may_have_lines(owner: Child, values: list[Any], freight: Freight | None) -> bool:
    """Whether the first items of an empty list get lines: below a key, if they are no mere names."""
    if owner.key is None:
        return False
    if freight is not None and (freight.has_dash or freight.lead or freight.tail):
        return True
    return any(isinstance(value, dict | Fragment) for value in values)


def _with(value: Any, freight: Freight | None) -> Any:
    """What is put where a list is missing, the list being written with the lines of its one item."""
    if freight is None:
        return value
    if isinstance(value, dict):
        return {key: _with(one, freight) for key, one in value.items()}
    return Fragment("\n".join(freight.as_lines()))
