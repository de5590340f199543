"""Sequences over nights, step by step over plain rows: written from LANGUAGE section 7, not from the engine.

A workflow is what its file says, as dicts and lists. A walk through its steps is one Python generator: it
gives a `Stay` wherever it waits and goes on with what ended the wait, so a place in the steps is a place in
this code. Where the definition leaves a choice open, the choice stands beside it as "Choice:".
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from engine.model.calendars import PLAIN, Calendar
from tests.reference.days import moved
from tests.reference.sequence_conditions import asked, length_of, value_of

Row: TypeAlias = dict[str, Any]
Rule: TypeAlias = Mapping[str, Any]
TIME, MET = "time", "met"
WITHDRAWN = "a question whose time is over is withdrawn by a `stop` in its otherwise"


@dataclass(frozen=True)
class Stay:
    """A wait: where, until when, and what else would end it."""

    path: str
    until: datetime
    met: Callable[[], str | None]


Walk: TypeAlias = Generator[Stay, str, None]


class Stopped(Exception):
    """Its reason."""


@dataclass(eq=False)
class Enrollment:
    """One record's walk through one workflow."""

    workflow: Rule
    record: str
    start: datetime
    once: Any
    control: bool
    state: str = "waiting"
    reason: str | None = None
    stay: Stay | None = None
    goal_by: datetime | None = None
    goal_at: datetime | None = None
    is_episode_open: bool = True
    walk: Walk | None = None
    journal: set[tuple[str, str]] = field(default_factory=set)
    reached: dict[str, datetime] = field(default_factory=dict)
    """Name of a step -> when it was done."""
    tasks: dict[str, Row | None] = field(default_factory=dict)
    """Name of a step -> the task it gave; None where that was withheld."""
    asks: dict[str, Row] = field(default_factory=dict)
    """Path of a step -> its question."""
    watched: list[tuple[Row, Rule]] = field(default_factory=list)
    """Tasks that are done as soon as a condition holds."""


@dataclass
class Company:
    """Customers, what points to them, colleagues, and everything that workflows have done."""

    zone: ZoneInfo
    now: datetime
    staff: dict[str, Row]
    customers: dict[str, Row]
    related: dict[str, list[Row]]
    exclusions: Sequence[Rule] = ()
    fallback: str = "S9"
    calendar: Calendar = PLAIN
    tasks: list[Row] = field(default_factory=list)
    notices: list[tuple[str, str, str, str]] = field(default_factory=list)
    """Workflow, record, to whom, what."""
    enrollments: list[Enrollment] = field(default_factory=list)
    known: frozenset[str] = frozenset()
    """Disagreements that are known, on which the reference follows the engine until they are settled."""
    is_control: Callable[[str, str], bool] = field(default=lambda _workflow, _record: False)
    """Who is in the control group is drawn by the engine and told here."""

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def night(self, workflows: Sequence[Rule], now: datetime) -> None:
        """By priority, then id (Meaning 10). Choice: of one workflow, what waits is looked at before records
        start, and both before the next workflow, since each sees what earlier ones wrote."""
        self.now = now
        for one in sorted(workflows, key=lambda one: (one.get("priority", 100), one["id"])):
            if one.get("status") != "paused":
                run(self, one)

    def answer(self, enrollment: Enrollment, path: str, answer: str, now: datetime) -> bool:
        """The first answer counts; after `within` there is none (Meaning 12)."""
        ask = enrollment.asks[path]
        if ask["state"] != "open" or now >= ask["until"]:
            return False
        ask.update(state="answered", answer=answer)
        return True

    def present(self, key: str | None) -> str:
        """Who has left is stood in for by the next up, nobody by the fallback person (Meaning 18)."""
        while key is not None and key in self.staff:
            if self.staff[key].get("在职") != "否":
                return key
            key = self.staff[key].get("上级")
        return self.fallback

    def person(self, to: str, record: str) -> str:
        owner = self.customers[record]["负责人"]
        if to == "supervisor":
            return self.present(self.staff.get(owner, {}).get("上级"))
        return self.present(owner)

    def excludes(self, record: str, *kinds: str) -> bool:
        rules = [one["if"] for one in self.exclusions if one["from"] in kinds]
        return any(self.holds(one, record) for one in rules)

    def holds(self, condition: Rule, record: str, one: Enrollment | None = None) -> bool:
        """Unknown counts as no (Meaning 2)."""
        return asked(condition, self, self.customers[record], one) is True

    def after(self, length: str) -> datetime:
        """So much later, at the same time of day (Meaning 9); hours are hours."""
        return later(self.now, length, self.zone, self.calendar)


def later(now: datetime, length: str, zone: ZoneInfo, calendar: Calendar) -> datetime:
    """The instant at which a wait that begins now ends."""
    amount, unit = length.split(" ", 1)
    if unit in {"hours", "minutes"}:
        return now + timedelta(**{unit: int(amount)})
    local = now.astimezone(zone)
    if unit != "working days":
        day = moved(local.date(), length_of(length), 1)
    else:
        day, left = local.date(), int(amount)
        while left:
            day += timedelta(days=1)
            left -= calendar.is_working(day)
    return datetime.combine(day, local.time(), zone).astimezone(UTC)


# --- one workflow in one night ------------------------------------------------------------------------------


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


# --- steps --------------------------------------------------------------------------------------------------


def walk(company: Company, one: Enrollment, steps: Sequence[Rule], path: str) -> Walk:
    for number, step in enumerate(steps):
        yield from Doing(company, one, step, f"{path}/{number}").do()


@dataclass(frozen=True)
class Doing:
    """One step of one enrollment."""

    company: Company
    one: Enrollment
    step: Rule
    path: str

    def do(self) -> Walk:
        """What the verb of the step says."""
        for verb in ("wait", "wait_until", "ask", "if", "choose"):
            if verb in self.step:
                yield from getattr(self, f"do_{verb}")()
                return
        (verb,) = self.step.keys() - {"name"}
        getattr(self, f"do_{verb}")(self.step[verb])
        if "name" in self.step:
            self.one.reached[self.step["name"]] = self.company.now

    def within(self, name: str) -> Walk:
        yield from walk(self.company, self.one, self.step.get(name, ()), f"{self.path}/{name}")

    def holds(self, condition: Rule) -> bool:
        return self.company.holds(condition, self.one.record, self.one)

    def tell(self, kind: str, path: str = "") -> None:
        self.one.journal.add((path or self.path, kind))

    # --- waits and branches ---------------------------------------------------------------------------------

    def do_wait(self) -> Walk:
        self.tell("wait")
        yield Stay(self.path, self.company.after(self.step["wait"]), lambda: None)

    def do_wait_until(self) -> Walk:
        """A state: already true, on at once (Meaning 9)."""
        condition = self.step["wait_until"]
        if self.holds(condition):
            return
        self.tell("wait")
        until = self.company.after(self.step["within"])
        how = yield Stay(self.path, until, lambda: MET if self.holds(condition) else None)
        if how == TIME:
            yield from self.within("otherwise")

    def do_ask(self) -> Walk:
        """Choice: the control group is not asked, but takes its time like the others, and then goes on with
        `otherwise`."""
        said, until = self.step["ask"], self.company.after(self.step["ask"]["within"])
        if self.one.control:
            self.tell("skipped")
            how = yield Stay(self.path, until, lambda: None)
        else:
            self.tell("ask")
            asks, who = self.one.asks, self.company.person(said["to"], self.one.record)
            asks[self.path] = {"person": who, "until": until, "state": "open", "answer": None}
            asks[self.path]["name"] = self.step.get("name")
            how = yield Stay(self.path, until, lambda: asks[self.path]["answer"])
            if how == TIME:
                asks[self.path]["state"] = "expired"
        for number, case in enumerate(self.step["answers"]):
            if how == case["answer"]:
                yield from walk(self.company, self.one, case["then"], f"{self.path}/answers/{number}/then")
                return
        yield from self.within("otherwise")

    def do_if(self) -> Walk:
        yield from self.within("then" if self.holds(self.step["if"]) else "else")

    def do_choose(self) -> Walk:
        """The first that fits; none: nothing, journalled (Meaning 14)."""
        for number, case in enumerate(self.step["choose"]):
            if self.holds(case["if"]):
                yield from walk(self.company, self.one, case["then"], f"{self.path}/choose/{number}/then")
                return
        if "otherwise" not in self.step:
            self.tell("skipped")
        yield from self.within("otherwise")

    # --- effects --------------------------------------------------------------------------------------------

    def do_stop(self, reason: str) -> None:
        self.tell("stop")
        raise Stopped(reason)

    def do_update_field(self, values: Rule) -> None:
        """Where nothing would change, nothing is done."""
        customer = self.company.customers[self.one.record]
        before = dict(customer)
        for name, value in values.items():
            add = value.get("add") if isinstance(value, Mapping) else None
            customer[name] = value if add is None else (customer[name] or 0) + add
        if customer != before:
            self.tell("update")

    def do_add_tag(self, tag: str) -> None:
        customer = self.company.customers[self.one.record]
        if tag not in customer["标签"]:
            customer["标签"] = customer["标签"] | {tag}
            self.tell("update")

    def do_create_task(self, said: Rule) -> None:
        """To who is the owner now; none for the control group (Meaning 13) or who is excluded from tasks."""
        name = self.step.get("name", "")
        if self.is_withheld("tasks"):
            self.one.tasks[name] = None
            return
        _, amount, unit = said["due"].split(" ", 2)
        task = {
            "客户": self.one.record,
            "主题": said["subject"],
            "负责人": self.company.person(said["to"], self.one.record),
            "截止日期": moved(self.company.today, length_of(f"{amount} {unit}"), 1),
            "状态": "待办",
            "给出": self.company.now,
        }
        self.company.tasks.append(task)
        self.one.tasks[name] = task
        if "done_when" in said:
            self.one.watched.append((task, said["done_when"]))
        self.tell("create")

    def do_notify(self, said: Rule) -> None:
        if not self.is_withheld("notices"):
            who = self.company.person(said["to"], self.one.record)
            self.company.notices.append((self.one.workflow["id"], self.one.record, who, said["text"]))
            self.tell("notice")

    def is_withheld(self, kind: str) -> bool:
        is_so = self.one.control or self.company.excludes(self.one.record, kind, "everything")
        if is_so:
            self.tell("skipped")
        return is_so
