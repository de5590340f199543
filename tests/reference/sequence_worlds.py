"""Random workflows that wait, and what happens to a few customers from day to day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from random import Random
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from ruamel.yaml import YAML

Event: TypeAlias = tuple[Any, ...]
"""What happens: a word, the customer it happens to, and facts."""

ZONE = ZoneInfo("Asia/Shanghai")
TIERS, SILENT = ("A", "B", "C"), ("正常跟进", "即将沉默", "已沉默")
ANSWERS, TAGS = ("继续", "放弃"), ("高潜", "决策慢", "低价值")
STAFF: Mapping[str, Mapping[str, str]] = {
    "S9": {"姓名": "总管九"},
    "S8": {"姓名": "主管八", "上级": "S9"},
    "S1": {"姓名": "王一", "上级": "S8"},
    "S2": {"姓名": "李二"},
}
LENGTHS = (
    "1 day",
    "2 days",
    "3 days",
    "5 days",
    "9 days",
    "1 week",
    "36 hours",
    "2 working days",
    "20 hours",
)


@dataclass(frozen=True)
class Story:
    """A world, workflows, and what happens on the day before each night."""

    first: date
    nights: int
    customers: Sequence[Mapping[str, Any]]
    workflows: Sequence[Mapping[str, Any]]
    exclusions: Sequence[Mapping[str, Any]] = ()
    events: Sequence[tuple[int, Event]] = ()
    """The night that comes after it, and what it is."""
    calls: str = field(default="", compare=False)

    def at(self, night: int) -> datetime:
        return datetime.combine(self.first + timedelta(days=night), time(1), ZONE).astimezone(UTC)

    def day_before(self, night: int) -> date:
        return self.first + timedelta(days=night - 1)

    def before(self, night: int) -> list[Event]:
        return [event for number, event in self.events if number == night]

    def only(self, record: str, nights: int) -> Story:
        """What concerns one customer, up to some night."""
        events = [one for one in self.events if one[1][1] == record and one[0] < nights]
        return replace(
            self,
            nights=nights,
            customers=[one for one in self.customers if one["编号"] == record],
            events=events,
        )

    def told(self) -> str:
        """Everything that is needed to do it again by hand."""
        texts = [as_yaml(one) for one in self.workflows]
        texts += [as_yaml({"exclusions": list(self.exclusions)})] if self.exclusions else []
        texts += [f"{key}: {dict(row)}" for key, row in STAFF.items()]
        texts += [str(dict(one)) for one in self.customers]
        texts.append(f"nights at 01:00 from {self.first} on, {self.nights} of them")
        texts += [f"{self.day_before(night)}: {event}" for night, event in self.events]
        return "\n".join(texts)


def as_yaml(document: Mapping[str, Any]) -> str:
    yaml, out = YAML(), StringIO()
    yaml.default_flow_style = None
    yaml.width = 105
    yaml.dump(dict(document), out)
    return out.getvalue()


def random_story(seed: int | str, nights: tuple[int, int] = (6, 30), customers: int = 5) -> Story:
    random = Random(f"sequences {seed}")
    first, count = date(2026, 1, 20) + timedelta(days=random.randrange(300)), random.randint(*nights)
    rows = [random_customer(random, f"C{number + 1}") for number in range(customers)]
    workflows = [Drawn(random, "wake").workflow()]
    if random.random() < 0.25:
        workflows.append(Drawn(random, "after").workflow() | {"priority": random.choice((10, 90))})
    exclusions = []
    if random.random() < 0.4:
        exclusions.append(
            {"if": {"field": "行业", "is": "同行", "if_missing": "no_match"}, "from": random.choice(WITHHELD)}
        )
    story = Story(first, count, rows, workflows, exclusions)
    return replace(story, events=random_events(random, story))


WITHHELD = ("tasks", "notices", "everything")


def random_customer(random: Random, key: str) -> dict[str, Any]:
    return {
        "编号": key,
        "客户名称": f"样例{key}",
        "负责人": random.choice(("S1", "S1", "S2")),
        "客户层级": random.choice((*TIERS, None)),
        "沉默状态": random.choice(("正常跟进", "正常跟进", *SILENT)),
        "沉默唤醒次数": random.choice((None, None, 0, 1, 4)),
        "是否继续维护": random.choice((None, None, "是", "是", "否")),
        "行业": random.choice((None, None, None, "机械", "同行")),
        "标签": frozenset(),
    }


def random_events(random: Random, story: Story) -> list[tuple[int, Event]]:
    """Some days much happens, on others nothing; orders of before the first night, too."""
    found: list[tuple[int, Event]] = []
    for row in story.customers:
        key = row["编号"]
        for _ in range(random.randrange(3)):
            day = story.first - timedelta(days=random.randint(1, 12))
            found.append((0, ("order", key, day)))
        for night in range(1, story.nights):
            if random.random() < 0.28:
                found.append((night, random_event(random, story, key, night)))
            if random.random() < 0.12:
                found.append((night, ("done", key, random.randrange(4))))
            if random.random() < 0.3:
                found.append((night, ("answer", key, random.choice(ANSWERS))))
    return sorted(found, key=lambda one: one[0])


def random_event(random: Random, story: Story, key: str, night: int) -> Event:
    day = story.day_before(night)
    kind = random.choice(("order", "order", "visit", "visit", "visit", "field", "field", "field", "rare"))
    if kind == "order":
        return (kind, key, day - timedelta(days=random.choice((0, 0, 0, 1, 3))))
    if kind == "visit":
        hour = random.choice((time(0, 30), time(1), time(10), time(23)))
        return (kind, key, datetime.combine(day, hour, ZONE).astimezone(UTC))
    if kind == "rare":
        return random.choice((("delete", key), ("field", key, "负责人", random.choice(("S1", "S2")))))
    name, values = random.choice(
        (
            ("沉默状态", SILENT),
            ("客户层级", TIERS),
            ("是否继续维护", ("是", "否")),
            ("沉默唤醒次数", (0, 2)),
            ("行业", ("机械", "同行")),
        )
    )
    return ("field", key, name, random.choice(values))


class Drawn:
    """One random workflow; what is drawn knows the names of the steps before it."""

    def __init__(self, random: Random, name: str) -> None:
        self.random, self.name = random, name
        self.left = random.randint(3, 9)
        self.numbers = 0
        self.tasks: list[str] = []
        self.asks: list[str] = []

    def workflow(self) -> dict[str, Any]:
        random = self.random
        head: dict[str, Any] = {
            "id": self.name,
            "name": self.name,
            "module": "客户",
            "trigger": {"every": "day", "at": "01:00"},
            "conditions": self.conditions(),
        }
        once = random.choice(
            ("customer", "customer", None, None, {"field": "最近下单日期"}, "3 days", "day", "week")
        )
        head |= {"once_per": once} if once else {}
        rules: dict[str, Any] = {}
        if random.random() < 0.5:
            goal: dict[str, Any] = {
                "if": self.goal(),
                "within": random.choice(("3 days", "6 days", "2 weeks")),
            }
            goal |= {"then": [self.update(), {"add_tag": "低价值"}]} if random.random() < 0.6 else {}
            rules["goal"] = goal
        control = {"control_group": "30 %"} if random.random() < 0.2 else {}
        actions: list[dict[str, Any]] = []
        while self.left > 0:
            actions += self.steps(0)
        if random.random() < 0.5:
            one = {"if": self.stop_rule(), "because": "不再维护"}
            other = {"if": self.goal(), "because": "另有原因"}
            rules["stop_when"] = [one, other] if random.random() < 0.4 else [one]
        return head | rules | control | {"actions": actions}

    # --- conditions -----------------------------------------------------------------------------------------

    def conditions(self) -> dict[str, Any]:
        leaves = self.random.sample(
            [
                {"field": "沉默状态", "is": "正常跟进"},
                {"field": "客户层级", "is": ["A", "B"]},
                {"time_since": "最近下单日期", "at_least": f"{self.random.randint(2, 9)} days"},
                {"count_of": "跟进记录", "during": "last 4 days", "is": 0},
                {"field": "沉默唤醒次数", "less_than": 3, "if_missing": "match"},
                {"field": "沉默状态", "is_not": "已沉默"},
            ],
            self.random.choice((1, 1, 2)),
        )
        return leaves[0] if len(leaves) == 1 else {"all": leaves}

    def goal(self) -> dict[str, Any]:
        return self.random.choice(
            (
                {"count_of": "订单", "since": "start", "at_least": 1},
                {"count_of": "跟进记录", "since": "start", "at_least": 2},
                {"field": "沉默状态", "is": "已沉默"},
            )
        )

    def stop_rule(self) -> dict[str, Any]:
        rules = [
            {"field": "是否继续维护", "is": "否", "if_missing": "no_match"},
            {"field": "沉默唤醒次数", "more_than": 4, "if_missing": "no_match"},
        ]
        if self.tasks:
            rules.append({"step": self.random.choice(self.tasks), "is": "done"})
        return self.random.choice(rules)

    def condition(self) -> dict[str, Any]:
        """What steps ask; what can be missing says what then, but for steps."""
        random, settled = self.random, {"if_missing": self.random.choice(("match", "no_match"))}
        leaves: list[dict[str, Any]] = [
            {"field": "沉默状态", "is": random.choice(SILENT)},
            {"field": "客户层级", "is_not": "A", **settled},
            {"field": "沉默唤醒次数", "at_least": random.randint(1, 3), **settled},
            {"field": "是否继续维护", "is": "否", **settled},
            {"time_since": "最近下单日期", "less_than": f"{random.randint(1, 6)} days", **settled},
            {"count_of": "跟进记录", "during": f"last {random.randint(1, 5)} days", "is": 0},
            {"count_of": "跟进记录", "since": "start", "at_least": random.randint(1, 3)},
            {"count_of": "订单", "since": "start", "at_least": 1},
        ]
        for _ in range(2):
            if self.tasks:
                step = random.choice(self.tasks)
                leaves += [
                    {
                        "step": step,
                        random.choice(("is", "is_not")): random.choice(("done", "open", "overdue")),
                    },
                    {"step": step, "is": "done"},
                    {"count_of": "跟进记录", "since": {"step": step}, "at_least": 1},
                ]
            if self.asks:
                leaves.append({"step": random.choice(self.asks), "is": random.choice(ANSWERS)})
        if random.random() < 0.75:
            return random.choice(leaves)
        return {random.choice(("all", "any", "none")): random.sample(leaves, 2)}

    # --- steps ----------------------------------------------------------------------------------------------

    def steps(self, depth: int) -> list[dict[str, Any]]:
        return [self.step(depth) for _ in range(self.random.choice((1, 1, 2)))]

    def step(self, depth: int) -> dict[str, Any]:
        self.left -= 1
        plain = (self.update, self.tag, self.task, self.task, self.notice, self.wait)
        deep = (self.wait_until, self.wait_until, self.ask, self.branch, self.choose)
        found = self.random.choice(plain if depth == 2 or self.left <= 0 else plain + deep)
        made: dict[str, Any] = found() if found in plain else found(depth + 1)  # type: ignore[call-arg]  # the deep ones take it
        return made

    def update(self) -> dict[str, Any]:
        value = self.random.choice(
            (
                {"沉默状态": self.random.choice(SILENT)},
                {"沉默唤醒次数": {"add": 1}},
                {"沉默唤醒次数": 0, "是否继续维护": "是"},
                {"是否继续维护": "否"},
            )
        )
        return {"update_field": value}

    def tag(self) -> dict[str, Any]:
        return {"add_tag": self.random.choice(TAGS)}

    def task(self) -> dict[str, Any]:
        self.numbers += 1
        name = f"T{self.numbers}"
        said: dict[str, Any] = {"subject": f"{self.name} {name}", "to": "owner"}
        said["due"] = f"in {self.random.choice((1, 2, 4))} days"
        if self.random.random() < 0.2:
            said["done_when"] = {"count_of": "跟进记录", "since": "start", "at_least": 1}
        self.tasks.append(name)
        return {"name": name, "create_task": said}

    def notice(self) -> dict[str, Any]:
        self.numbers += 1
        to = self.random.choice(("owner", "supervisor"))
        return {"notify": {"to": to, "text": f"{self.name} N{self.numbers}"}}

    def stop(self) -> dict[str, Any]:
        return {"stop": self.random.choice(("够了", "不用做"))}

    def wait(self) -> dict[str, Any]:
        return {"wait": self.random.choice(LENGTHS)}

    def branch_steps(self, depth: int) -> list[dict[str, Any]]:
        steps = self.steps(depth)
        return [*steps, self.stop()] if self.random.random() < 0.12 else steps

    def wait_until(self, depth: int) -> dict[str, Any]:
        step: dict[str, Any] = {"wait_until": self.condition(), "within": self.random.choice(LENGTHS)}
        return step | ({"otherwise": self.branch_steps(depth)} if self.random.random() < 0.7 else {})

    def ask(self, depth: int) -> dict[str, Any]:
        self.numbers += 1
        name = f"Q{self.numbers}"
        to = self.random.choice(("owner", "supervisor"))
        said = {"to": to, "question": "做吗？", "within": self.random.choice(LENGTHS)}
        cases = [{"answer": one, "then": self.branch_steps(depth)} for one in ANSWERS]
        step: dict[str, Any] = {"name": name, "ask": said, "answers": cases}
        step |= {"otherwise": self.branch_steps(depth)} if self.random.random() < 0.6 else {}
        self.asks.append(name)
        return step

    def branch(self, depth: int) -> dict[str, Any]:
        step: dict[str, Any] = {"if": self.condition(), "then": self.branch_steps(depth)}
        return step | ({"else": self.branch_steps(depth)} if self.random.random() < 0.6 else {})

    def choose(self, depth: int) -> dict[str, Any]:
        cases = [{"if": self.condition(), "then": self.branch_steps(depth)} for _ in range(2)]
        step: dict[str, Any] = {"choose": cases}
        return step | ({"otherwise": self.branch_steps(depth)} if self.random.random() < 0.5 else {})
