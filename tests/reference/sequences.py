"""Sequences over nights, step by step over plain rows: written from LANGUAGE section 7, not from the engine.

A workflow is what its file says, as dicts and lists. A walk through its steps is one Python generator: it
gives a `Stay` wherever it waits and goes on with what ended the wait, so a place in the steps is a place in
this code. Where the definition leaves a choice open, the choice stands beside it as "Choice:".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tests.reference.days import moved
from tests.reference.sequence_company import TIME, WITHDRAWN, Company, Enrollment, Row, Rule
from tests.reference.sequence_conditions import asked, length_of, value_of
from tests.reference.sequence_steps import Stopped, walk


def night(company: Company, workflows: Sequence[Rule], now: datetime) -> None:
    """By priority, then id (Meaning 10). Choice: of one workflow, what waits is looked at before records
    start, and both before the next workflow, since each sees what earlier ones wrote."""
    company.now = now
    for one in sorted(workflows, key=lambda one: (one.get("priority", 100), one["id"])):
        if one.get("status") != "paused":
            run(company, one)


def run(company: Company, workflow: Rule) -> None:
    mine = [one for one in company.enrollments if one.workflow["id"] == workflow["id"]]
    for one in mine:
        look(company, one)
    for key in company.customers:
        consider(company, workflow, key, [one for one in mine if one.record == key])


def look(company: Company, one: Enrollment) -> None:
    """The daily look. Choice: tasks with `done_when` come first, so that `step` sees them done."""
    if one.record not in company.customers:
        if one.state == "waiting":
            end(one, "gone", "gone")
        return
    for task, condition in one.watched:
        if task["状态"] == "待办" and company.holds(condition, one.record, one):
            task["状态"] = "已完成"
    if one.state != "waiting":
        watch(company, one)
    elif not is_ended_by_a_rule(company, one):
        wake(company, one)


def watch(company: Company, one: Enrollment) -> None:
    """The goal is watched past the end (Meaning 8). Choice: it counts; its `then` belongs to ending the
    enrollment and is not done any more."""
    goal = one.workflow.get("goal")
    is_open = one.state in {"done", "stopped"} and one.goal_at is None and in_time(company, one)
    if goal and is_open and company.holds(goal["if"], one.record, one):
        one.goal_at = company.now


def in_time(company: Company, one: Enrollment) -> bool:
    """`within` includes its last moment (Meaning 4)."""
    return one.goal_by is not None and company.now <= one.goal_by


def is_ended_by_a_rule(company: Company, one: Enrollment) -> bool:
    """Goal, then the stop rules in their order (Meaning 8). Choice: "before each step after a wait or answer"
    means when a wait ends, before its next step; LANGUAGE's own example adds a tag behind the very update
    that its stop rule asks for."""
    goal = one.workflow.get("goal")
    if goal and company.holds(goal["if"], one.record, one):
        one.journal.add(("goal/if", "stop"))
        one.goal_at = company.now if in_time(company, one) else None
        for _ in walk(company, one, goal.get("then", ()), "goal/then"):
            raise AssertionError("the then of a goal cannot wait")
        end(one, "goal", "goal")
        return True
    for number, rule in enumerate(one.workflow.get("stop_when", ())):
        if company.holds(rule["if"], one.record, one):
            one.journal.add((f"stop_when/{number}/if", "stop"))
            end(one, "stopped", rule["because"])
            return True
    return is_excluded_now(company, one)


def is_excluded_now(company: Company, one: Enrollment) -> bool:
    """Choice: who is excluded from everything while waiting is taken out for good, after goal and stop rules
    have been asked: "nothing is done" for it any more."""
    for number, rule in enumerate(company.exclusions):
        if rule["from"] == "everything" and company.holds(rule["if"], one.record):
            place = f"exclusions/{number}/if"
            one.journal.add((place, "stop"))
            end(one, "stopped", place)
            return True
    return False


def wake(company: Company, one: Enrollment) -> None:
    """What was waited for, else the deadline: `otherwise` means "when that did not happen"."""
    assert one.stay is not None
    how = one.stay.met() or (TIME if company.now >= one.stay.until else None)
    if how is not None:
        one.journal.add((f"{one.stay.path}/woke", "woke"))
        go_on(company, one, how)


def go_on(company: Company, one: Enrollment, how: str | None) -> None:
    assert one.walk is not None
    at = one.stay.path if one.stay is not None else ""
    try:
        one.stay = next(one.walk) if how is None else one.walk.send(how)
    except StopIteration:
        end(one, "done", None)
    except Stopped as stop:
        end(one, "stopped", str(stop))
        if how == TIME and at in one.asks and WITHDRAWN in company.known:
            one.asks[at]["state"] = "withdrawn"


def end(one: Enrollment, state: str, reason: str | None) -> None:
    """Open questions are withdrawn. Choice: also where the record is gone."""
    one.state, one.reason, one.stay, one.walk = state, reason, None, None
    for ask in one.asks.values():
        if ask["state"] == "open":
            ask["state"] = "withdrawn"


# --- starts -------------------------------------------------------------------------------------------------


def consider(company: Company, workflow: Rule, record: str, before: Sequence[Enrollment]) -> None:
    """One open enrollment a workflow and record, once by `once_per` (Meaning 7); goal and stop rules are
    looked at before step one, and who is kept out has not started (Meaning 7 and 8). Where nothing but fields
    and tags can change, who would stay the same has not started either: "nothing would change" is part of the
    selection (DESIGN section 3)."""
    customer = company.customers[record]
    fits = asked(workflow.get("conditions", {"all": []}), company, customer, None)
    if fits is False:
        for one in before:
            one.is_episode_open = one.is_episode_open and one.state == "waiting"
    once = once_key(company, workflow, customer)
    if fits is not True or any(one.state == "waiting" for one in before) or is_used(company, once, before):
        return
    new = Enrollment(workflow, record, company.now, once, company.is_control(workflow["id"], record))
    goal = workflow.get("goal")
    rules = [one["if"] for one in (*([goal] if goal else []), *workflow.get("stop_when", ()))]
    kept = company.excludes(record, "everything") or any(company.holds(one, record, new) for one in rules)
    if not kept:
        new.goal_by = company.after(goal["within"]) if goal else None
        new.walk = walk(company, new, workflow["actions"], "actions")
        go_on(company, new, None)
        if new.journal or not only_updates(workflow["actions"]):
            company.enrollments.append(new)


def only_updates(steps: Sequence[Rule]) -> bool:
    """Whether nothing but fields and tags can change."""
    for step in steps:
        within = [step.get(name, ()) for name in ("then", "else", "otherwise")]
        within += [one["then"] for one in step.get("choose", ())]
        verbs = step.keys() & {"update_field", "add_tag", "if", "choose"}
        if not verbs or not all(only_updates(one) for one in within):
            return False
    return True


def once_key(company: Company, workflow: Rule, customer: Row) -> Any:
    per, day = workflow.get("once_per", "episode"), company.today
    if isinstance(per, Mapping):
        return value_of(company, per["field"], customer)
    return {"day": day, "week": day.isocalendar()[:2], "month": (day.year, day.month)}.get(per)


def is_used(company: Company, once: Any, before: Sequence[Enrollment]) -> bool:
    """Whether the record has started already, as `once_per` counts it."""
    if not before:
        return False
    per = before[0].workflow.get("once_per", "episode")
    if per == "episode":
        return any(one.is_episode_open for one in before)
    if isinstance(per, str) and per[0].isdigit():
        starts = [one.start.astimezone(company.zone).date() for one in before]
        return any(moved(one, length_of(per), 1) > company.today for one in starts)
    return any(one.once == once for one in before)
