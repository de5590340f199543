"""The pages about accounts and the audit log, and who sees whose customers."""

from __future__ import annotations

import ast
import csv
import io
import json
from pathlib import Path

import pytest
from flask import Flask, g

from editor import doors
from editor.sight import masks_here, owners_here
from editor.visitors import Visitor
from engine import Actor, Deed, Gatehouse, Texts, deed_told
from tests.company import command, stories_in
from tests.editor.served import HEADERS
from tests.editor.signed_in import PAGE, add, app_of, sent, signed_in
from tests.engine.gates import WORD

ROOT = Path(doors.__file__).parent


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """An editor with an admin, and three colleagues, one below the other."""
    root = stories_in(tmp_path / "company")
    rows = "编号,姓名,上级\nS1,王一,S2\nS2,王二,S3\nS3,王三,\n"
    (tmp_path / "staff.csv").write_text(rows, "utf-8")
    assert command("import", "staff", str(tmp_path / "staff.csv"), "--workspace", str(root)).code == 0
    found = app_of(root)
    add(found, "lina", "admin")
    return found


def gate(app: Flask) -> Gatehouse:
    found: Gatehouse = app.extensions["studio"].gatehouse()
    return found


def roles(app: Flask) -> dict[str, tuple[str, str | None, bool]]:
    return {one.name: (one.role, one.person, one.is_active) for one in gate(app).accounts()}


def test_an_admin_looks_after_accounts(app: Flask) -> None:
    lina = signed_in(app, "lina")
    page = lina.get("/users", headers=PAGE).text
    assert all(one in page for one in ("lina", "王一 (S1)", "王三 (S3)"))

    made = {"name": "bo", "password": WORD, "role": "rep", "person": "S1"}
    assert sent(lina, "/users", **made).location == "/users"
    assert sent(lina, "/users/bo/role", role="supervisor", person="S2").location == "/users/bo"
    assert sent(lina, "/users/bo/password", password="quite another one").status_code == 303
    assert sent(lina, "/users/bo/disable").status_code == 303
    assert roles(app)["bo"] == ("supervisor", "S2", False)
    assert sent(lina, "/users/bo/enable").status_code == 303
    signed_in(app, "bo", "quite another one")
    assert "王二" in lina.get("/users/bo", headers=PAGE).text
    by_lina = [one.deed for one in gate(app).entries() if one.who == "lina"][::-1]
    assert by_lina == [
        *("signed_in", "account_added", "role_changed", "person_changed", "password_changed"),
        *("account_disabled", "account_enabled"),
    ]


def test_what_cannot_be_is_told_on_the_page_and_changes_nothing(app: Flask) -> None:
    lina, before = signed_in(app, "lina"), roles(app)
    made = {"name": "bo", "password": WORD, "role": "rep", "person": "S1"}
    for path, form, word in [
        ("/users", {**made, "name": "Bo!"}, "Bo!"),
        ("/users", {**made, "password": "short"}, "10"),
        ("/users", {**made, "role": "king"}, "king"),
        ("/users", {**made, "person": "S9"}, "S9"),
        ("/users/lina/role", {"role": "viewer", "person": ""}, "lina"),
        ("/users/lina/disable", {}, "lina"),
        ("/users/lina/password", {"password": "lina lina lina"}, 'role="alert"'),
        ("/my-account", {"old": "wrong", "new": "quite another one", "again": "quite another one"}, "alert"),
        ("/my-account", {"old": WORD, "new": "quite another one", "again": "quite another"}, "alert"),
    ]:
        answer = sent(lina, path, **form)
        assert (answer.status_code, word in answer.text) == (422, True), (path, form)
        assert "short" not in answer.text
    assert roles(app) == before
    assert sent(lina, "/users/nobody/disable").status_code == 404


def test_the_log_is_read_by_filters_and_taken_away(app: Flask) -> None:
    lina = signed_in(app, "lina")
    for n in range(60):
        gate(app).note(Actor("bo", "editor", "10.0.0.1"), Deed("published", f"=1+{n}.yaml", {"note": "-x"}))
    page = lina.get("/audit?who=bo&deed=published", headers=PAGE).text
    assert page.count('<tr id="row-') == 50
    assert lina.get("/audit?who=bo&page=2", headers=PAGE).text.count('<tr id="row-') == 10
    assert lina.get("/audit?subject=%2B59", headers=PAGE).text.count('<tr id="row-') == 1
    assert lina.get("/audit?since=2200-01-01", headers=PAGE).text.count('<tr id="row-') == 0
    for odd in ("page=0", "page=x", "page=99999999999", "since=yesterday"):
        assert lina.get(f"/audit?{odd}", headers=PAGE).status_code == 400

    text = lina.get("/audit.csv?who=bo&subject=%2B59", headers=PAGE).text.removeprefix("\ufeff")
    head, row = csv.reader(io.StringIO(text))
    assert (len(head), "'=1+59.yaml" in row, any(cell[:1] in {"=", "+", "-", "@"} for cell in row)) == (
        8,
        True,
        False,
    )
    rows = json.loads(lina.get("/audit.json?who=bo", headers=PAGE).text)
    assert (len(rows), rows[0]["subject"], len(rows[0]["seal"])) == (60, "=1+59.yaml", 64)
    assert [(one.deed, one.details["count"]) for one in gate(app).entries(limit=2)] == [
        ("exported", 60),
        ("exported", 1),
    ]


def test_a_changed_log_is_told_at_the_top(app: Flask) -> None:
    lina = signed_in(app, "lina")
    with gate(app).store.write(gate(app).clock) as session, session.transaction():
        session.connection.exec_driver_sql("DROP TRIGGER wakeline_audit_no_update")
        session.connection.exec_driver_sql("UPDATE wakeline_audit SET who = 'x' WHERE id = 2")
    page = lina.get("/audit", headers=PAGE).text
    assert "banner-bad" in page
    assert gate(app).verify()[1] == 2


def test_every_deed_has_words_in_both_languages() -> None:
    """Those that pages note, and those that the engine notes by itself."""
    found = set[str]()
    for path in (*ROOT.rglob("*.py"), ROOT.parent / "engine" / "gatehouse.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"note", "Deed"} and node.args:
                first = node.args[0]
                either = (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,)
                told = [str(one.value) for one in either if isinstance(one, ast.Constant)]
                assert told or path.name == "auditing.py", (path, ast.unparse(node))
                found |= set(told)
    assert found >= {"published", "signed_in", "signed_out", "account_added", "exported"}
    for language in ("zh", "en"):
        assert {one for one in found if deed_told(Texts.of(language), one) == one} == set()


# --- whose customers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "role, person, owners",
    [
        ("rep", "S2", {"S2"}),
        ("supervisor", "S2", {"S1", "S2"}),
        ("supervisor", "S3", {"S1", "S2", "S3"}),
        ("rep", "", set()),
        ("supervisor", "", set()),
        *((one, "S1", None) for one in ("viewer", "editor", "publisher", "admin")),
    ],
)
def test_an_account_sees_the_customers_that_its_person_may_see(
    app: Flask, role: str, person: str, owners: set[str] | None
) -> None:
    with app.test_request_context(headers=HEADERS):
        g.visitor = Visitor("x", role, person, "stamp")
        assert owners_here() == owners
        assert masks_here() == (role == "viewer")


def test_whoever_has_not_signed_in_sees_nobodys(app: Flask) -> None:
    with app.test_request_context(headers=HEADERS):
        g.visitor = None
        assert owners_here() == set()


def test_a_rep_without_a_person_is_told_why_there_is_nothing(app: Flask) -> None:
    add(app, "bo", "rep")
    add(app, "vi", "rep", "S1")
    for name, is_told in (("bo", True), ("vi", False)):
        page = signed_in(app, name).get("/my-account", headers=PAGE).text
        assert ("banner-warn" in page) == is_told
        found = signed_in(app, name).get("/enrollments", headers=PAGE).text
        assert (found.count("这个账号还没有对应的员工") == 2) == is_told  # where the list would be as well
