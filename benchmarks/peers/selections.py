"""The six selections by other people's rule engines: for each record, six answers in the order of WORKFLOWS.

Each engine is used at its best: rules are compiled once, and none is told more than it needs to know.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

from benchmarks.peers.dict_loop import holds
from benchmarks.peers.records import Record, load_records
from benchmarks.peers.rules import WORKFLOWS, AllOf, AnyOf, Condition, Test, day

Selector: TypeAlias = Callable[[Record], Sequence[Any]]
CONDITIONS = [workflow.condition for workflow in WORKFLOWS]


def select_all(connection: Any, name: str) -> list[list[str]]:
    """The keys that each workflow selects, from loading to the last answer."""
    select = SELECTORS[name]()
    found: list[list[str]] = [[] for _ in CONDITIONS]
    for record in load_records(connection, days_as_numbers=name.startswith("zen"), only_asked=True):
        for keys, answer in zip(found, select(record), strict=True):
            if answer:
                keys.append(record["id"])
    return found


# --- plain Python -------------------------------------------------------------------------------------------


def _functions() -> Selector:
    """By hand, as the yardstick."""
    week, fortnight, quarter = day(7), day(14), day(90)
    since = {"A": day(150), "B": day(180), "C": day(200)}
    wakes = ("B", "C")
    functions: Sequence[Callable[[Record], Any]] = (
        lambda c: c["state"] == "正常" and c["tier"] != c["advice"],
        lambda c: (
            c["state"] == "正常"
            and c["silent"] == "即将沉默"
            and (c["woken"] or "9") <= week
            and c["late_wakes"] >= 1
            and c["talks_7"] == 0
        ),
        lambda c: (
            c["state"] == "正常"
            and c["silent"] == "正常跟进"
            and c["tier"] in wakes
            and (c["last_order"] or "9") <= quarter
        ),
        lambda c: (
            c["state"] == "正常" and c["silent"] == "正常跟进" and c["tier"] == "A" and c["orders_60"] == 0
        ),
        lambda c: (
            c["state"] == "正常" and c["silent"] == "正常跟进" and c["orders_60"] == 0 and c["talks_30"] == 0
        ),
        lambda c: (
            c["state"] == "正常"
            and c["silent"] == "即将沉默"
            and (c["last_order"] or "9") <= since[c["tier"]]
            and (c["woken"] is None or c["woken"] <= fortnight)
        ),
    )
    return lambda record: [function(record) for function in functions]


def _interpreted() -> Selector:
    """The conditions of the dict loop."""
    return lambda record: [holds(condition, record) for condition in CONDITIONS]


# --- rule-engine and zen-engine: a language each ------------------------------------------------------------


def _rule_engine() -> Selector:
    engine = importlib.import_module("rule_engine")
    rules = [engine.Rule(_written(condition, days_as_numbers=False)) for condition in CONDITIONS]
    return lambda record: [rule.matches(record) for rule in rules]


def _zen_at_once() -> Selector:
    """All six as one expression: the record crosses into Rust once."""
    zen = importlib.import_module("zen")
    answers = ", ".join(_written(condition, days_as_numbers=True) for condition in CONDITIONS)
    evaluate: Selector = zen.compile_expression(f"[{answers}]").evaluate
    return evaluate


def _zen_each() -> Selector:
    """A compiled expression for each rule."""
    zen = importlib.import_module("zen")
    written = [_written(condition, days_as_numbers=True) for condition in CONDITIONS]
    rules = [zen.compile_expression(one).evaluate for one in written]
    return lambda record: [evaluate(record) for evaluate in rules]


SIGNS = {"is": "==", "in": "in", "at_most": "<=", "at_least": ">=", "differs_from": "!="}


def _written(condition: Condition, *, days_as_numbers: bool) -> str:
    """A condition in the language that both have in common; what is missing is not compared."""
    match condition:
        case Test(name, "missing"):
            return f"{name} == null"
        case Test(name, "differs_from", other):
            return f"{name} != {other}"
        case Test(name, compared, value):
            is_day = compared == "at_most"
            number = value.replace("-", "") if is_day and days_as_numbers else _literal(value)
            test = f"{name} {SIGNS[compared]} {number}"
            return f"({name} != null and {test})" if is_day else test
        case AnyOf(items):
            return f"({' or '.join(_written(item, days_as_numbers=days_as_numbers) for item in items)})"
        case AllOf(items):
            return f"({' and '.join(_written(item, days_as_numbers=days_as_numbers) for item in items)})"


def _literal(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_literal, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value)


# --- Cloud Custodian ----------------------------------------------------------------------------------------

CUSTODIAN_OPERATORS = {"is": "eq", "in": "in", "at_most": "lte", "at_least": "gte", "differs_from": "ne"}


def _custodian() -> Selector:
    """Its ValueFilter for each comparison, without notes on the record; groups are plain Python."""
    value_filter = importlib.import_module("c7n.filters.core").ValueFilter
    value_filter.annotate = False
    rules = [_filtered(condition, value_filter) for condition in CONDITIONS]
    return lambda record: [rule(record) for rule in rules]


def _filtered(condition: Condition, value_filter: Any) -> Callable[[Record], bool]:
    if isinstance(condition, Test):
        asked: dict[str, Any] = {"type": "value", "key": condition.field}
        if condition.operator == "missing":
            asked |= {"value": "absent"}
        else:
            asked |= {"op": CUSTODIAN_OPERATORS[condition.operator], "value": condition.value}
        if condition.operator == "differs_from":
            asked |= {"value_type": "expr"}
        made: Callable[[Record], bool] = value_filter(asked)
        return made
    rules = [_filtered(item, value_filter) for item in condition.items]
    return partial(_some if isinstance(condition, AnyOf) else _every, rules)


def _some(rules: Sequence[Callable[[Record], bool]], record: Record) -> bool:
    return any(rule(record) for rule in rules)


def _every(rules: Sequence[Callable[[Record], bool]], record: Record) -> bool:
    return all(rule(record) for rule in rules)


OWN = ("functions", "interpreted")
"""Plain Python: they need nobody's package."""
SELECTORS: Mapping[str, Callable[[], Selector]] = {
    "functions": _functions,
    "interpreted": _interpreted,
    "zen at once": _zen_at_once,
    "zen each": _zen_each,
    "c7n": _custodian,
    "rule-engine": _rule_engine,
}
