"""A file that is broken, paused or gone while a run is held or records wait: what still happens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.company import Company, Said, nightly, stories_in

pytestmark = pytest.mark.usefixtures("each_store")

TEXT = nightly("""\
actions:
  - add_tag: 高潜
  - wait: 4 days
  - update_field: {行业: 旧}
""")
LETTER = """name: 近况
class: service
versions: [{sms: {text: 近况可好？}}]
"""
HELD = nightly("""\
actions:
  - add_tag: 高潜
  - send_template: {template: 近况, to: customer, via: sms}
""")
LIMIT = "guards: {messages: {at_most: 2, share: 100 %}}\n"
FIRST, HOLD = "2026-03-31T01:00", "2026-03-31T09:00"
CUSTOMERS = 3


def company_of(root: Path, files: dict[str, str]) -> Company:
    found = Company(stories_in(root))
    rows = [
        {"编号": f"C{n}", "客户名称": f"样例{n}", "电话": f"1380000000{n}", "短信同意": "是"}
        for n in range(CUSTOMERS)
    ]
    found.bring("客户", rows)
    found.write(files)
    return found


def unclosed(text: str) -> str:
    return text + "conditions: [\n"


def no_id(text: str) -> str:
    return "id: [\n" + text.partition("\n")[2]


def empty(_: str) -> str:
    return ""


@pytest.mark.parametrize("broken", [unclosed, no_id, empty])
def test_a_file_that_cannot_be_read_takes_nobody_with_it(
    tmp_path: Path, broken: Callable[[str], str]
) -> None:
    """The version published last runs on (RELIABILITY F40); those who wait go on."""
    company = company_of(tmp_path, {"wake.yaml": TEXT})
    company.answer("run", at=FIRST)
    company.write({"wake.yaml": broken(TEXT)})
    company.bring("客户", [{"编号": "C9", "客户名称": "后来的"}], at=FIRST)

    for at in ("2026-03-31T12:00", "2026-04-01T01:00", "2026-04-01T13:00", "2026-04-02T14:00"):
        company.call("start", "--once", at=at)
    assert [one["state"] for one in company.answer("enrollments")] == ["waiting"] * (CUSTOMERS + 1)
    company.call("start", "--once", at="2026-04-06T01:00")

    assert {one["state"] for one in company.answer("enrollments")} == {"done"}
    assert "wake" in company.call("doctor", at="2026-04-06T02:00").out


@pytest.fixture
def held(tmp_path: Path) -> Company:
    """A run that waits for a person: three letters, where two are allowed."""
    company = company_of(tmp_path, {"wake.yaml": HELD, "templates/t.yaml": LETTER, "+workspace.yaml": LIMIT})
    company.call("run", at=FIRST)
    assert [one["state"] for one in company.answer("runs")] == ["held"]
    return company


def approve(company: Company, at: str = HOLD) -> Said:
    return company.call("approve", "1", "--by", "王一", "--because", "看过了", at=at)


def done(company: Company) -> tuple[list[str], list[str]]:
    """The state of the run, and of the letters."""
    runs, letters = company.answer("runs"), company.answer("outbox")
    return [one["state"] for one in runs], [one["state"] for one in letters]


def test_a_run_held_before_its_file_broke_is_approved_whole(held: Company) -> None:
    held.write({"wake.yaml": unclosed(HELD)})

    code, said, _ = approve(held)

    assert code == 1  # it has run; the file holds a mistake
    assert "wake.yaml 有错误，运行的是上次发布的版本" in said
    assert done(held) == (["done"], ["sent"] * CUSTOMERS)


@pytest.mark.parametrize(
    "rest, told",
    [
        (lambda company: company.write({"wake.yaml": HELD + "status: paused\n"}), "status: paused"),
        (lambda company: (company.root / "wake.yaml").unlink(), "流程文件不在了"),
        (lambda company: company.call("pause", "wake", "--by", "王一", at=HOLD), "流程已暂停"),
    ],
)
def test_nothing_is_approved_that_would_not_be_done(
    held: Company, rest: Callable[[Company], object], told: str
) -> None:
    rest(held)

    code, _, said = approve(held)

    assert code == 2
    assert "W667" in said
    assert told in said
    assert done(held) == (["held"], [])
    held.write({"wake.yaml": HELD})
    held.call("pause", "wake", "--by", "王一", "--resume", at=HOLD)
    assert approve(held)[0] == 0
    assert done(held) == (["done"], ["sent"] * CUSTOMERS)


def test_what_a_person_ran_although_its_file_is_paused_is_theirs_to_approve(held: Company) -> None:
    held.call("refuse", "1", "--by", "王一", "--because", "不要了", at=HOLD)
    held.write({"wake.yaml": HELD + "status: paused\n"})
    held.call("run", "wake", at=HOLD)
    (run,) = [one["run"] for one in held.answer("runs") if one["state"] == "held"]

    held.done("approve", str(run), "--by", "王一", "--because", "就这一次", at=HOLD)

    assert [one["state"] for one in held.answer("outbox")] == ["sent"] * CUSTOMERS
