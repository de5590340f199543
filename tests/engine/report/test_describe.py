"""Whole workflows read back: `tests/cases/describe`, one folder a workflow with what people read of it.

The texts are held to what a manager would say; `--update-cases` rewrites them, and then they are read aloud.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engine.load import load_document
from engine.model.diagnostics import Problems
from engine.model.moments import Clock
from engine.outlook import outlooks
from engine.report.describe import Sentence, describe, render_sentence
from engine.report.phrases.steps import outline
from engine.texts import LANGUAGES
from engine.workspace import Workspace, workspace_of_sources

ROOT = Path(__file__).parents[2] / "cases" / "describe"
CHECKED = Path(__file__).parents[2] / "cases" / "check"
CASES = sorted(path.name for path in ROOT.iterdir() if path.name != "_base")
BASE = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "_base").iterdir()}
NIGHT = Clock(datetime(2026, 3, 30, 17, 0, tzinfo=UTC), ZoneInfo("Asia/Shanghai"))
"""01:00 on 31 March 2026 in Shanghai."""
ONLY_A = "conditions: {field: 客户层级, is: A}\n"
HEAD = "id: example\nname: {zh: 例子, en: Example}\nmodule: 客户\n"


@cache
def workspace_with(settings: str) -> Workspace:
    return workspace_of_sources(ROOT, {**BASE, "workspace.yaml": BASE["workspace.yaml"] + settings})


def sentence(source: str, language: str, settings: str = "") -> Sentence:
    """A file described as it is written, whether it can run or not."""
    base = workspace_with(settings)
    document = load_document(source, "workflow.yaml", Problems())
    workspace = replace(base, documents={**base.documents, "workflow.yaml": document})
    found = [replace(one, is_broken=False) for one in outlooks(workspace, NIGHT, ["workflow.yaml"])]
    return describe(found, workspace, language)[0]


def told(source: str, language: str) -> str:
    return render_sentence(sentence(source, language), language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CASES)
def test_workflow_is_told(name: str, language: str, pytestconfig: pytest.Config) -> None:
    expected = ROOT / name / f"{language}.txt"

    text = told((ROOT / name / "workflow.yaml").read_text(encoding="utf-8"), language) + "\n"

    if pytestconfig.getoption("--update-cases"):
        expected.write_text(text, encoding="utf-8", newline="\n")
    assert text == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_chinese_is_written_as_chinese(name: str) -> None:
    """No half-width sign, no doubled blank, no word of YAML, a blank between Han and other letters."""
    text = (ROOT / name / "zh.txt").read_text(encoding="utf-8")
    prose = re.sub("“[^”]*”|「[^」]*」|wakeline \\w+", "“”", text)

    assert re.findall(r"[,;:!?()](?!\d)", re.sub(r"\d\d:\d\d", "", prose)) == []
    assert re.findall(r"\S {2,}", prose) == []
    assert re.findall(r"[a-z_]{2,}", prose) == []
    assert re.findall(r"[\u4e00-\u9fff][A-Za-z0-9]|[A-Za-z0-9%][\u4e00-\u9fff]", without_days(prose)) == []
    assert re.findall(r"。。|，，|；；|，。|：。|、，", prose) == []


def without_days(text: str) -> str:
    return re.sub(r"(\d+年)?\d+月\d+日", "", text)


@pytest.mark.parametrize("name", CASES)
def test_english_is_written_as_english(name: str) -> None:
    text = (ROOT / name / "en.txt").read_text(encoding="utf-8")
    prose = re.sub('"[^"]*"', '""', text)

    assert re.findall(r"[\u3000-\u303f\uff00-\uffef]", re.sub(r"\(.*?\)", "", prose)) == []
    assert re.findall(r"\S {2,}|\.\.|,,| [,.;:]", prose) == []
    assert re.findall(r"\b1 (?:days|months|hours|records)\b|\b[a-z]+_[a-z]+\b", prose) == []
    assert re.findall(r"(?m)^\s*(?:\d[\d.]*\s+)?[a-z]", prose) == []


def steps(actions: str, language: str) -> list[str]:
    found = outline(sentence(f"{HEAD}trigger: {{when: by_hand}}\nactions:\n{actions}\n", language).steps)
    return [f"{one.number} {one.text}".strip() for one in found]


@pytest.mark.parametrize(
    "step, zh, en",
    [
        ("update_field: {客户层级: {clear: true}}", "清空客户层级。", "Clear Tier."),
        ("update_field: {沉默唤醒次数: {add: -2}}", "沉默唤醒次数减 2。", "Take 2 from Wake-ups."),
        (
            "update_field: {合同到期日: in 3 days, 是否继续维护: 是}",
            "把合同到期日改为 3 天后，把是否继续维护改为“是”。",
            "Set Contract end to 3 days from now and set Keep to yes.",
        ),
        (
            "update_field: {常规间隔: {field: 常规间隔, times: 2}}",
            "把常规间隔改为常规间隔的 2 倍。",
            "Set Usual gap to 2 times Usual gap.",
        ),
        ("remove_tag: [高潜, 低价值]", "去掉标签“高潜”和“低价值”。", 'Remove the tag "高潜" and "低价值".'),
        (
            "create_task: {subject: 回访, due: 2026-05-01, 说明: 先打电话}",
            "建任务“回访”，2026年5月1日到期，说明为“先打电话”。",
            'Create the task "回访", due 1 May 2026, Text "先打电话".',
        ),
        (
            'create_record: {module: 跟进记录, fields: {方式: 电话, 内容: "{{ owner.姓名 }}：好"}}',
            "新建一条跟进记录，其中方式为“电话”，内容为“〔负责人的姓名〕：好”。",
            'Create a new Follow-up record with Channel "电话" and Note "[Owner Name]：好".',
        ),
        (
            "send_template: {template: 甲, to: customer}",
            "把模板“甲”发给客户。",
            'Send the template "甲" to the customer.',
        ),
        (
            "notify: {to: [{role: 老客运营}, {person: S001}], text: 请看, via: [wecom, email]}",
            "通知老客运营和同事 S001：“请看”（用企业微信、邮件）。",
            'Tell 老客运营 and colleague S001: "请看" (by WeCom, email).',
        ),
        (
            "assign: {first_of: [supervisor], pick: in_turn}",
            "把负责人改为主管（有几位时轮流）。",
            "Make the supervisor the owner (of several, each in turn).",
        ),
        (
            "webhook: {target: 账务系统, fields: [客户名称, 客户层级]}",
            "向外部系统“账务系统”发送客户名称和客户层级。",
            'Send Customer name and Tier to the system "账务系统".',
        ),
        ("wait: 1 working days", "等 1 个工作日。", "Wait 1 working day."),
        ("wait: {field: 常规间隔}", "等常规间隔。", "Wait Usual gap."),
        ("stop: 不再维护", "到此结束，原因：“不再维护”。", 'Stop here, because: "不再维护".'),
        ("start_workflow: example", "启动流程“例子”。", 'Start the workflow "Example".'),
        ("start_workflow: other", "启动流程“other”。", 'Start the workflow "other".'),
        (
            "updat_field: {x: 1}",
            "（看不懂的一步：updat_field）。",
            "(a step nobody understands: updat_field).",
        ),
    ],
)
def test_step(step: str, zh: str, en: str) -> None:
    assert (steps(f"  - {step}", "zh"), steps(f"  - {step}", "en")) == ([f"1 {zh}"], [f"1 {en}"])


def test_split_numbers_its_branches_through() -> None:
    actions = """\
  - split:
      - {share: 70 %, then: [{add_tag: 高潜}, {stop: 好}]}
      - {share: 30%, then: [{add_tag: 低价值}]}
"""

    assert steps(actions, "zh") == [
        "1 把客户随机分成几组：",
        "其中 70 %：",
        "1.1 加上标签“高潜”。",
        "1.2 到此结束，原因：“好”。",
        "其中 30 %：",
        "1.3 加上标签“低价值”。",
    ]
    assert steps(actions, "en")[:3] == [
        "1 Split the Customer records at random:",
        "For 70 % of them:",
        '1.1 Add the tag "高潜".',
    ]


@pytest.mark.parametrize(
    "trigger, zh, en",
    [
        ("{every: monday, at: '09:00'}", "「例子」每周一 09:00 对“客户”运行。", "every Monday at 09:00."),
        (
            "{every: [monday, friday], at: '09:00'}",
            "「例子」每周一和周五 09:00 对“客户”运行。",
            "every Monday and Friday at 09:00.",
        ),
        ("{every: 30 minutes}", "「例子」每隔 30 分钟对“客户”运行。", "every 30 minutes."),
        (
            "{every: month, day: 1, at: '08:00'}",
            "「例子」每月 1 日 08:00 对“客户”运行。",
            "on day 1 of every month at 08:00.",
        ),
        (
            "{every: month, day: last, at: '08:00'}",
            "「例子」每月最后一天 08:00 对“客户”运行。",
            "on the last day of every month at 08:00.",
        ),
        (
            "{every: quarter, day: last, at: '08:00'}",
            "「例子」每季度最后一天 08:00 对“客户”运行。",
            "on the last day of every quarter at 08:00.",
        ),
        ("{schedule: '5 1 * * *'}", "「例子」每天 01:05 对“客户”运行。", "every day at 01:05."),
        (
            "{schedule: '5 1 * * 1-5'}",
            "「例子」按时间表“5 1 * * 1-5”对“客户”运行。",
            'by the schedule "5 1 * * 1-5".',
        ),
        (
            "{every: day, at: '09:00', timezone: America/New_York, catch_up: skip}",
            "「例子」每天 09:00（时区 America/New_York）（错过不补）对“客户”运行。",
            "every day at 09:00 (America/New_York time) (missed times are left out).",
        ),
        (
            "{every: 30 minutes, overlap: queue}",
            "「例子」每隔 30 分钟（上一次没做完就排队）对“客户”运行。",
            "every 30 minutes (after the run before, if that still goes on).",
        ),
        ("{when: created}", "「例子」在有新的客户时，对“客户”运行。", "when there is a new Customer record."),
        (
            "{when: changed, field: 风险等级, to: 高}",
            "「例子」在风险等级变为“高”时，对“客户”运行。",
            'when Risk changes to "高".',
        ),
        (
            "{when: changed, field: 风险等级, from: 低, to: 高}",
            "「例子」在风险等级从“低”变为“高”时，对“客户”运行。",
            'when Risk changes from "低" to "高".',
        ),
        (
            "{when: changed, field: 风险等级, from: 低}",
            "「例子」在风险等级从“低”变成别的值时，对“客户”运行。",
            'when Risk changes from "低".',
        ),
        ("{when: by_hand}", "「例子」由人手动启动，对“客户”运行。", "when somebody starts it."),
    ],
)
def test_trigger(trigger: str, zh: str, en: str) -> None:
    source = f"{HEAD}trigger: {trigger}\nactions: [{{stop: x}}]\n"

    assert sentence(source, "zh").when == zh
    assert sentence(source, "en").when == f'"Example" runs on Customer records {en}'


@pytest.mark.parametrize(
    "once, zh, en",
    [
        ("", "每次变得符合时启动一次", "once each time it comes to match"),
        ("once_per: customer", "只启动一次", "only once"),
        ("once_per: event", "每次触发都启动", "every time this happens"),
        ("once_per: week", "每周最多启动一次", "at most once a week"),
        ("once_per: 90 天", "90 天内最多启动一次", "at most once in 90 days"),
        (
            "once_per: {field: 最近下单日期}",
            "同一个最近下单日期只启动一次",
            "once for each value of Last order",
        ),
        (
            "once_per: {table: 关怀节奏.周期}",
            "在“关怀节奏.周期”内最多启动一次",
            'at most once in "关怀节奏.周期"',
        ),
    ],
)
def test_how_often_a_record_starts(once: str, zh: str, en: str) -> None:
    source = f"{HEAD}trigger: {{every: day, at: '01:00'}}\n{once}\n{ONLY_A}actions: []\n"

    assert sentence(source, "zh").who == f"凡是客户层级是 A 的客户，{zh}。"
    assert sentence(source, "en").who == f"A Customer record starts {en}, if Tier is A."


@pytest.mark.parametrize(
    "conditions, zh, en",
    [
        ("", "所有客户，只启动一次。", "Every Customer record starts only once."),
        (
            "conditions: {none: [{field: 客户层级, is: A}, {field: 标签, has: 高潜}]}",
            "凡是以下各条都不满足的客户，每次变得符合时启动一次：",
            "A Customer record starts once each time it comes to match, if none of this is true:",
        ),
        (
            "conditions: {segment: 老客}",
            "凡是在名单“老客”上的客户，每次变得符合时启动一次。",
            'A Customer record starts once each time it comes to match, if it is in the segment "老客".',
        ),
    ],
)
def test_for_whom(conditions: str, zh: str, en: str) -> None:
    source = f"{HEAD}trigger: {{every: day, at: '01:00'}}\n{conditions}\nactions: []\n"

    assert (sentence(source, "zh").who, sentence(source, "en").who) == (zh, en)


def test_missing_counts_in_none_and_is_told() -> None:
    leaf = "{field: 客户层级, is: A, if_missing: no_match}"
    source = f"{HEAD}trigger: {{when: by_hand}}\nconditions: {{none: [{leaf}]}}\nactions: []\n"

    assert sentence(source, "zh").conditions == ("客户层级是 A（空着不算）",)
    assert sentence(source.replace("none", "all"), "zh").who.startswith("凡是客户层级是 A 的客户")


def test_guards_limits_and_exclusions_are_promises() -> None:
    settings = (
        "exclusions:\n"
        "  - {if: {field: 客户状态, is: [已关闭, 无效客户]}, from: everything}\n"
        "  - {if: {field: 沉默状态, is: 放弃维护}, from: tasks}\n"
        "  - {if: {any: [{field: 发票抬头, is: x}, {field: 客户层级, is: A}]}, from: messages}\n"
        "  - {if: {count_of: 投诉, during: last 30 days, at_least: 1}, from: [messages], module: 客户}\n"
        "  - {if: {field: 姓名, is: x}, from: everything, module: 联系人}\n"
    )
    source = (
        f"{HEAD}trigger: {{when: by_hand}}\nactions: []\nlimit: {{per_owner_per_day: 3}}\n"
        "guard: {at_most: 200}\ncontrol_group: {share: 10 %, group: 唤醒}\n"
    )

    found = [sentence(source, language, settings).promises for language in LANGUAGES]

    assert found[0] == (
        "随机留出 10 % 的客户作对照：只更新字段和标签，不联系他们",
        "每位负责人每天最多启动 3 条，多出来的改天再做",
        "一次运行超过 200 条时，先停下等人确认",
        "不处理客户状态是“已关闭”或“无效客户”的客户",
        "不给沉默状态是“放弃维护”的客户建任务",
        "不给近 30 天内有投诉的客户发信",
    )
    assert found[1] == (
        "a random 10 % of the Customer records are kept for comparison: fields and tags only, no contact",
        "at most 3 starts a day for each owner; the rest waits for another day",
        "a run of more than 200 records waits for somebody's approval",
        'Customer records are left alone if State is "已关闭" or "无效客户"',
        'no tasks for Customer records if Silence is "放弃维护"',
        "no messages to Customer records if there is at least one Complaint record in the last 30 days",
    )


def test_paused_and_broken_files_say_so() -> None:
    source = f"{HEAD}trigger: {{every: day, at: '01:00'}}\nstatus: paused\nactions: [{{updat: x}}]\n"
    workspace = workspace_of_sources(ROOT, {**BASE, "workflow.yaml": source})

    text = render_sentence(describe(outlooks(workspace, NIGHT, ["example"]), workspace, "zh")[0], "zh")

    assert text.splitlines()[1:3] == [
        "（这个流程已暂停，不会运行。）",
        "（文件里有错误，现在不能运行：wakeline check）",
    ]
    assert "接下来" not in text


def test_times_tell_the_year_where_it_changes() -> None:
    source = f"{HEAD}trigger: {{every: quarter, day: 1, at: '08:00'}}\nactions: [{{stop: x}}]\n"

    assert sentence(source, "zh").next == (
        "接下来五次：2026年4月1日 08:00、7月1日 08:00、10月1日 08:00、2027年1月1日 08:00、4月1日 08:00。"
    )
    assert sentence(source, "en").next == (
        "The next five times: 1 April 2026 at 08:00, 1 July at 08:00, 1 October at 08:00, "
        "1 January 2027 at 08:00, 1 April at 08:00."
    )


@pytest.mark.parametrize("name", sorted(path.name for path in CHECKED.iterdir() if path.name != "_base"))
def test_every_broken_file_can_be_told(name: str) -> None:
    """Whatever is wrong in a file, reading it back is no bug."""
    sources = [path.read_text(encoding="utf-8", errors="replace") for path in (CHECKED / name).glob("*.yaml")]

    for source in sources:
        if load_document(source, "workflow.yaml", Problems()).root is not None:
            assert told(source, "zh")
            assert told(source, "en")


@pytest.mark.parametrize(
    "lines",
    [
        "trigger: x\nconditions: [1, 2]\nactions: {a: b}",
        "trigger: [{every: [day, {a: b}]}, {when: {a: b}}, {}, x]\nactions: [x, {}, {if: x, then: y}]",
        "conditions: {all: {field: [x], is: {a: {b: c}}}}\nonce_per: [x]\nlimit: x\nguard: [x]",
        "conditions: {count_of: {a: b}, where: x, during: [x], latest: {a: b}, is: [[1]]}",
        "conditions: {sum_of: 订单, per: decade, in_a_row: x, falls_by: {table: [x]}}\ncontrol_group: {a: b}",
        "goal: x\nstop_when: {if: [x], because: {a: b}}\nexclusions: [x, {}]\nlimit: {first: x}",
        "actions: [{update_field: x}, {add_tag: {a: b}}, {create_task: x}, {notify: [x]}, {wait: [x]}]",
        "actions: [{ask: x, answers: {answer: [x]}}, {choose: [{if: x}, x]}, {split: x}, {webhook: x}]",
        "actions: [{send_template: {to: {records: {a: b}, where: x}, via: [{}, {field: [x]}]}}]",
        "actions: [{assign: {first_of: {role: [x]}}}, {create_record: {module: [x], fields: {a: [x]}}}]",
        "module: 银河\nname: [x]\nid: {a: b}\nstatus: [x]\npriority: many",
    ],
)
def test_nonsense_can_be_told(lines: str) -> None:
    source = lines if "module" in lines else f"id: example\nmodule: 客户\n{lines}"

    assert told(source, "zh")
    assert told(source, "en")
