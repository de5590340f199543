"""What an enrollment has behind it when it goes on: its start, and the steps it has come past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeVar

from engine.actions.ask import Ask
from engine.actions.create_task import CreateTask
from engine.model.entities import FieldType
from engine.model.moments import Anchor, Clock, Moment, Reach
from engine.model.operands import START, Constant, Gate, MomentValue, Operand, Pick, ReachedAt, Window
from engine.model.predicates import Compare, Comparison, Family, Fate, OnDay
from engine.model.trees import replaced
from engine.model.workflow import Step, Workflow, all_steps

T = TypeVar("T")
_ONE: Operand = Constant(Decimal(1), FieldType.NUMBER)
_NONE: Operand = Constant(Decimal(0), FieldType.NUMBER)


@dataclass(frozen=True, slots=True)
class Here:
    """A step of this very stretch: behind which gate it stands, and behind which it has made a task."""

    gate: Gate
    made: tuple[Gate, ...] = ()


@dataclass(frozen=True)
class Passed:
    """`steps` are all of the workflow by path; `now` those that are drafted in this same stretch, by name."""

    steps: Mapping[str, tuple[int, Step]]
    now: Mapping[str, Here]
    clock: Clock

    @classmethod
    def of(cls, workflow: Workflow, clock: Clock) -> Passed:
        """All that an enrollment of the workflow may have behind it, none of it in this stretch."""
        return cls(numbered(workflow), {}, clock)

    def in_hindsight(self, noun: T) -> T:
        """A noun as an enrollment asks it that goes on."""
        return replaced(noun, self.swap, into_related=True)

    def swap(self, noun: object) -> object | None:
        """What stands for a noun that speaks of the start or of an earlier step; None for any other."""
        if isinstance(noun, MomentValue) and noun.moment.anchor is Anchor.START:
            return self._moment(noun.moment)
        if isinstance(noun, OnDay) and noun.moment.anchor is Anchor.START:
            return Compare(noun.operand, noun.comparison, self._moment(noun.moment))
        if isinstance(noun, Window) and noun.period is not None and noun.period.reach is Reach.SINCE:
            since = noun.period.since
            if since is not None and since.anchor is Anchor.START:
                return replace(noun, period=None, since=self._moment(since))
        if isinstance(noun, Fate) and not noun.path:
            step = self._step(noun.step)
            return None if step is None else self._fate(noun, step)
        return None

    def in_stretch(self, noun: T) -> T:
        """A noun of the first stretch: what has become of the steps before it, which nobody has seen yet."""
        return replaced(noun, self._swap_fate, into_related=True) if self.now else noun

    def _swap_fate(self, noun: object) -> object | None:
        if not isinstance(noun, Fate) or noun.path or noun.step not in self.now:
            return None
        step = self._step(noun.step)
        return None if step is None else self._fate(noun, step)

    def _fate(self, fate: Fate, step: Step) -> Compare | Fate:
        """A task of this very stretch is open, a letter has not left; unknown to who has not come there."""
        if fate.step not in self.now:
            return replace(fate, path=step.path, family=family_of(step))
        here, has_task = self.now[fate.step], _NONE
        for gate in here.made:
            has_task = Pick(gate, _ONE, has_task, FieldType.NUMBER)
        known = Pick(here.gate, has_task, Constant(None, FieldType.NUMBER), FieldType.NUMBER)
        if "open" in fate.fates:
            return Compare(known, Comparison.IS, _NONE if fate.negated else _ONE)
        return Compare(known, Comparison.AT_LEAST if fate.negated else Comparison.LESS_THAN, _NONE)

    def _moment(self, moment: Moment) -> Operand:
        """The enrollment's own start, or when it came to a step; in this very stretch that is now."""
        step = None if moment.text in {"start", "开始"} else self._step(moment.text)
        if step is None:
            return START
        before = ReachedAt(step.path)
        if step.name not in self.now:
            return before
        return Pick(
            self.now[step.name].gate, Constant(self.clock.now, FieldType.DATETIME), before, before.type
        )

    def _step(self, name: str) -> Step | None:
        return next((one for _, one in self.steps.values() if one.name == name), None)


def numbered(workflow: Workflow) -> dict[str, tuple[int, Step]]:
    """Every step by its path, with its number in file order."""
    goal = () if workflow.goal is None else workflow.goal.then
    return {one.path: (n, one) for n, one in enumerate(all_steps((*workflow.steps, *goal)))}


def family_of(step: Step) -> Family:
    """The kind of thing that something becomes of."""
    if isinstance(step.action, CreateTask):
        return Family.TASK
    return Family.ASK if isinstance(step.action, Ask) else Family.LETTER
