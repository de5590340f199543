"""`wakeline user` and `wakeline audit`: what they say, what machines read, how they end."""

from __future__ import annotations

import getpass
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.company import Company, Said, stories_in

WORD = "correct horse battery"


@pytest.fixture
def company(tmp_path: Path) -> Company:
    found = Company(stories_in(tmp_path))
    found.write({"staff.csv": "编号,姓名\nS1,王一\nS2,王二\nS3,王二\n"})
    found.done("import", "staff", str(found.root / "staff.csv"))
    return found


@pytest.fixture
def typed(company: Company, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A command with a line at its input."""

    def give(*arguments: str, line: str = WORD) -> Said:
        monkeypatch.setattr(sys, "stdin", io.StringIO(f"{line}\n"))
        return company.call(*arguments)

    return give


def test_accounts_from_the_first_to_the_last(company: Company, typed: Any) -> None:
    assert "user add" in company.call("user", "list").out
    early = typed("user", "add", "bo", "--role", "rep")
    assert (early.code, "W763" in early.err) == (2, True)

    assert typed("user", "add", "lina", "--role", "admin").code == 0
    assert typed("user", "add", "bo", "--role", "rep", "--person", "王一").code == 0
    rows = json.loads(company.call("user", "list", "--format", "json").out)
    assert [(one["name"], one["role"], one["person"], one["active"]) for one in rows] == [
        ("bo", "rep", "S1", True),
        ("lina", "admin", None, True),
    ]
    assert set(rows[0]) == {
        *("name", "role", "person", "active", "created_at", "created_by", "disabled_at", "last_sign_in"),
    }
    assert "argon2" not in company.call("user", "list").out

    assert typed("user", "password", "bo", line="quite another one").code == 0
    assert company.call("user", "role", "bo", "supervisor", "--person", "S2").code == 0
    assert company.call("user", "disable", "bo").code == 0
    assert company.call("user", "enable", "bo").code == 0
    last = company.call("user", "disable", "lina")
    assert (last.code, "W764" in last.err) == (2, True)

    log = json.loads(company.call("audit", "--format", "json").out)
    assert {one["who"] for one in log} == {getpass.getuser()}
    assert [(one["deed"], one["subject"]) for one in log][::-1] == [
        ("account_added", "lina"),
        ("account_added", "bo"),
        ("password_changed", "bo"),
        ("role_changed", "bo"),
        ("person_changed", "bo"),
        ("account_disabled", "bo"),
        ("account_enabled", "bo"),
    ]
    assert WORD not in json.dumps(log)


@pytest.mark.parametrize(
    "person, told",
    [("王二", "几位"), ("王一一", "是不是王一 (S1)？"), ("李四", "编号或姓名")],
)
def test_a_person_that_is_none_is_told(typed: Any, person: str, told: str) -> None:
    typed("user", "add", "lina", "--role", "admin")
    said = typed("user", "add", "bo", "--role", "rep", "--person", person)
    assert (said.code, "W766" in said.err, told in said.err) == (2, True, True)


def test_a_password_is_never_an_argument_and_never_empty(typed: Any) -> None:
    assert typed("user", "add", "lina", "--role", "admin", "--password", WORD).code == 2
    said = typed("user", "add", "lina", "--role", "admin", line="")
    assert (said.code, "W765" in said.err) == (2, True)


def test_somebody_at_the_terminal_types_it_twice(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    terminal.isatty = lambda: True  # type: ignore[method-assign]  # a terminal, as far as anybody asks
    monkeypatch.setattr(sys, "stdin", terminal)
    typed = iter([WORD, "correct horse batery", WORD, WORD])
    monkeypatch.setattr(getpass, "getpass", lambda _: next(typed))
    said = company.call("user", "add", "lina", "--role", "admin")
    assert (said.code, "W765" in said.err) == (2, True)
    assert company.call("user", "add", "lina", "--role", "admin").code == 0


def test_the_log_is_checked(company: Company, typed: Any) -> None:
    typed("user", "add", "lina", "--role", "admin")
    typed("user", "password", "lina")
    assert json.loads(company.call("audit", "--verify", "--format", "json").out) == {
        "rows": 2,
        "first_broken": None,
    }
    with company.place.look() as connection:
        connection.execute("DROP TRIGGER wakeline_audit_no_delete")
        connection.execute("DELETE FROM wakeline_audit WHERE id = 2")
    said = company.call("audit", "--verify")
    assert (said.code, " 2 " in said.out) == (1, True)


def test_the_log_is_filtered(company: Company, typed: Any) -> None:
    typed("user", "add", "lina", "--role", "admin")
    typed("user", "add", "bo", "--role", "viewer")
    for chosen, count in [
        (("--subject", "BO"), 1),
        (("--deed", "published"), 0),
        (("--who", getpass.getuser()), 2),
        (("--until", "2000-01-01"), 0),
        (("--limit", "1"), 1),
    ]:
        assert len(json.loads(company.call("audit", *chosen, "--format", "json").out)) == count, chosen


def test_whose_account_shows_no_customers_is_told_when_it_is_made(typed: Any) -> None:
    assert typed("user", "add", "lina", "--role", "admin").err == ""
    made = typed("user", "add", "di", "--role", "supervisor")
    assert (made.code, "wakeline user role di supervisor --person" in made.err) == (0, True)
    assert "--person" in typed("user", "role", "di", "rep").err
    assert typed("user", "role", "di", "rep", "--person", "S1").err == ""
