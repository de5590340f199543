"""Where files ask for a silence: so many days without an order, a contact, or whatever else has a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias, get_args

from engine.checks.dealings import KINDS, is_about, is_of_the_last
from engine.checks.silence import asks_for_none
from engine.model.below import below
from engine.model.diagnostics import WrongUsage, alike, near_facts
from engine.model.document import Mapping, Node, Scalar, Span
from engine.model.entities import FieldType, Model, Module
from engine.model.moments import Length
from engine.model.operands import Aggregate, Cell, FieldValue, Function, Operand, Times, UsualGap
from engine.model.predicates import Compare, Comparison, Elapsed, Leaf, Test, operands_of
from engine.model.workflow import Workflow
from engine.records.silences import Dealings
from engine.register import spellings_of
from engine.workspace import Workspace

Threshold: TypeAlias = Length | Cell | Times | UsualGap


@dataclass(frozen=True, slots=True)
class Asking:
    """A condition that asks for a silence. `file` is its workflow's, `word` what it says it of.

    Without `dealings` no history is known; `is_guessed`: they are those that the field seems to be about.
    `strictly` a day more is asked for; `counts`: that there are none is asked for, not their last day.
    """

    workflow: str
    path: str
    at: Span
    word: str
    threshold: Threshold
    dealings: Dealings | None
    strictly: bool = False
    is_guessed: bool = False
    counts: bool = False

    @property
    def cell(self) -> Cell | None:
        """The column of a table that holds the lengths."""
        return self.threshold if isinstance(self.threshold, Cell) else None


def askings_named(workspace: Workspace, name: str) -> tuple[Asking, ...]:
    """Those of a workflow or of a table's column; without a name those of the active workflows.

    Raises WrongUsage for a name that neither has.
    """
    if not name:
        return tuple(_of_all(workspace, (one for one in workspace.workflows if one.active)))
    workflow = workspace.workflow(name)
    if workflow is not None:
        return tuple(_of_all(workspace, [workflow]))
    columns = length_columns(workspace)
    if name not in columns:
        spellings = [*spellings_of(workspace), *((one, one) for one in columns)]
        near = near_facts(alike(name, spellings))
        if any(near.values()):
            raise WrongUsage("W925", name=name, kind="near", **near)
        raise WrongUsage("W925", name=name, known="、".join(columns))
    found = (*_of_all(workspace, workspace.workflows), *_of_segments(workspace))
    return tuple(one for one in found if one.cell is not None and one.cell.name == name)


def length_columns(workspace: Workspace) -> list[str]:
    """The columns of all tables that hold lengths, as conditions name them."""
    return [
        f"{table.name}.{column}"
        for table in workspace.tables.values()
        for column, kind in table.columns.items()
        if kind is FieldType.LENGTH
    ]


def _of_all(workspace: Workspace, workflows: Iterable[Workflow]) -> Iterator[Asking]:
    for one in workflows:
        for leaf in leaves_in((one.condition, one.steps, one.stops, one.goal)):
            node = workspace.node_at(one.file, leaf.path)
            yield from _of_leaf(leaf, node, one.id, (one.module, workspace.model))


def _of_segments(workspace: Workspace) -> Iterator[Asking]:
    """What lists ask; in a workflow that names one it has been seen already."""
    for one in workspace.segments.values():
        for leaf in leaves_in(one.predicate):
            node = workspace.node_at(one.at.file, f"{one.name}/{leaf.path}")
            yield from _of_leaf(leaf, node, one.name, (one.module, workspace.model))


def leaves_in(noun: object) -> Iterator[Leaf]:
    """Every condition below a noun, those of its steps too; not those of related records."""
    if isinstance(noun, Leaf):
        yield noun
    elif not isinstance(noun, get_args(Operand)):
        for one in below(noun):
            yield from leaves_in(one)


def _of_leaf(leaf: Leaf, node: Node | None, name: str, about: tuple[Module, Model]) -> Iterator[Asking]:
    """What a leaf asks, if it is a silence of the record's own."""
    module, model = about
    if not isinstance(node, Mapping):
        return
    word = next((one.text for _, one in node.entries if isinstance(one, Scalar)), "")
    for test in leaf.tests:
        threshold = _threshold(test)
        if threshold is None:
            continue
        dealings, is_guessed = _dealings(operands_of(test)[0], module, model)
        if dealings is not None and dealings.relation.to is not module:
            continue
        strictly = isinstance(test, Elapsed) and test.comparison is Comparison.MORE_THAN
        counts = isinstance(test, Compare)
        yield Asking(name, leaf.path, node.span, word, threshold, dealings, strictly, is_guessed, counts)


_GROWS = {Comparison.AT_LEAST, Comparison.MORE_THAN}


def _threshold(test: Test) -> Threshold | None:
    """The length of the silence: days, a table's, or so many times the own rhythm."""
    asked: object = None
    if isinstance(test, Elapsed):
        is_silence = test.comparison in _GROWS and not (test.ahead or test.yearly) and _is_last(test.operand)
        asked = test.length if is_silence else None
    elif isinstance(test, Compare) and isinstance(test.operand, Aggregate) and asks_for_none(test):
        of = test.operand
        counts = of.function is Function.COUNT and of.except_ is None and of.latest is None
        asked = (
            of.window.cell or (of.window.period and of.window.period.length) if counts and of.window else None
        )
    if isinstance(asked, Length):
        return asked if asked.counts_days else None
    own = asked.operand if isinstance(asked, Times) else asked
    return asked if isinstance(asked, Cell | Times | UsualGap) and isinstance(own, Cell | UsualGap) else None


def _is_last(operand: Operand) -> bool:
    """The day of the latest one; of the first one, or of a field that nobody writes twice, it is an age."""
    if isinstance(operand, Aggregate):
        return operand.function is Function.LATEST
    return isinstance(operand, FieldValue)


def _dealings(operand: Operand, module: Module, model: Model) -> tuple[Dealings | None, bool]:
    """The records that a last day is the day of, and whether that is a guess."""
    if isinstance(operand, FieldValue):
        return _guessed(operand, module, model), True
    assert isinstance(operand, Aggregate)
    if operand.function is Function.COUNT:
        assert operand.window is not None
        return Dealings(operand.relation, operand.window.on, operand.where), False
    on, is_narrowed = operand.field, operand.windows or operand.latest
    if is_narrowed or not isinstance(on, FieldValue) or on.links:
        return None, False
    return Dealings(operand.relation, on.field, operand.where), False


def _guessed(value: FieldValue, module: Module, model: Model) -> Dealings | None:
    """A kept day such as 最近下单日期 goes with the only related records of that kind that have a day."""
    if value.links or value.module is not module or not is_of_the_last(value.field):
        return None
    for kind in KINDS:
        fitting = [
            Dealings(one, one.module.fields[one.module.happens_on])
            for one in model.relations(module)
            if one.module.happens_on in one.module.fields and is_about(one, kind)
        ]
        if is_about(value.field, kind) and len(fitting) == 1:
            return fitting[0]
    return None
