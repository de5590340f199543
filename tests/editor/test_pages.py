"""The pages as they are asked for: what is there, what is refused, and that every text has an answer."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from editor.searching import Search
from engine import is_workflow_file
from tests.company import shipped_in, stories_in
from tests.editor.served import HEADERS, client_of, posted

SHIPPED = Path(__file__).parents[2] / "workflows"
FIRST = "silent-first-touch.yaml"
REGIONS = {"form", "outline", "problems", "flow", "summary", "next_runs"}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shipped_in(tmp_path_factory.mktemp("shipped"))


@pytest.fixture(scope="module")
def client(root: Path) -> FlaskClient:
    return client_of(root)


def page(client: FlaskClient, url: str, **headers: str) -> str:
    answer = client.get(url, headers={**HEADERS, **headers})
    assert answer.status_code == 200, answer.text
    return answer.text


def listed(text: str) -> list[str]:
    """The files in the table; those that workflows share stand above it."""
    return re.findall(r'href="/workflows/([^"]+[.]yaml)"', text.partition("<h1>")[2])


@pytest.mark.parametrize(
    "lang, title, caption", [("zh", "流程", "流程，共"), ("en", "Workflows", "workflows")]
)
def test_the_list_has_every_workflow_of_the_workspace(
    client: FlaskClient, lang: str, title: str, caption: str
) -> None:
    text = page(client, f"/?lang={lang}")

    files = listed(text)
    assert len(files) == len(set(files)) == 59
    assert f"<h1>{title}</h1>" in text
    assert caption in text


@pytest.mark.parametrize(
    "written, text, is_found",
    [
        ("90天", "B 类 90 天没下单", True),
        ("90 天", "满90天", True),
        ("满 90", "满90天", True),
        ("沉默 首触", "沉默唤醒·首触", True),
        ("首触 沉默", "沉默唤醒·首触", True),
        ("沉默 续单", "沉默唤醒·首触", False),
        ("90 天", "900 天", False),
        ("First  touch", "Silent customers: first touch", True),
        ("", "whatever", True),
    ],
)
def test_words_are_found_as_people_write_them(written: str, text: str, is_found: bool) -> None:
    assert Search.of(written).finds(text) is is_found


def test_the_list_is_searched(client: FlaskClient) -> None:
    assert listed(page(client, "/?q=沉默唤醒·首触")) == [FIRST]
    asked = listed(page(client, "/?q=首触"))
    assert (asked[0], "silence/stop-rule.yaml" in asked) == (FIRST, True)  # a name before what stands inside
    assert "没有找到" in page(client, "/?q=zzzzz")


def test_a_workflow_has_its_text_and_all_that_is_made_of_it(client: FlaskClient) -> None:
    text = page(client, f"/workflows/{FIRST}")

    block = re.search(r'<script type="application/json" id="workflow">(.*?)</script>', text, re.DOTALL)
    assert block is not None
    told = json.loads(block[1])
    assert told["source"] == (SHIPPED / FIRST).read_text("utf-8")
    assert set(told["urls"]) >= {"analyse", "edit", "complete", "hover", "draft"}
    assert {*re.findall(r'data-region="(\w+)"', text)} == REGIONS
    assert "style=" not in text
    assert not re.search(r"<script(?![^>]*(?:src=|application/json))", text)


@pytest.mark.parametrize(
    "tag, lang",
    [
        ("zh-TW,zh;q=0.9", "zh-Hans"),
        ("zh-HK", "zh-Hans"),
        ("en-GB,en;q=0.9", "en"),
        ("de", "zh-Hans"),
        ("", "zh-Hans"),
    ],
)
def test_a_page_speaks_as_the_browser_asks(client: FlaskClient, tag: str, lang: str) -> None:
    assert f'<html lang="{lang}"' in page(client, "/", **{"Accept-Language": tag})


# --- what is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/workflows/nowhere.yaml",
        "/workflows/../model.yaml",
        "/workflows/%2e%2e/%2e%2e/etc/passwd",
        "/workflows//etc/passwd",
        f"/workflows/{'x' * 300}.yaml",
        "/workflows/a%00/b.yaml",
        "/workflows/model.yaml",
        "/assets/../app.py",
        "/assets/%2e%2e/%2e%2e/app.py",
        "/nothing",
    ],
)
def test_what_is_no_page_is_not_found(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers=HEADERS)

    assert answer.status_code in {308, 404}
    assert "root:" not in answer.text
    assert "create_app" not in answer.text


@pytest.mark.parametrize("action", ["analyse", "edit", "draft", "publish", "dry-run", "changes"])
def test_a_forged_form_is_refused(root: Path, action: str) -> None:
    client = client_of(root, checks_forms=True)

    answer = client.post(f"/{action}/{FIRST}", json={"source": "x", "seq": 1, "ops": []}, headers=HEADERS)

    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["csrf"]


def test_a_stale_token_is_answered_with_a_fresh_one_that_works(root: Path) -> None:
    client = client_of(root, checks_forms=True)
    stale = client.post(f"/analyse/{FIRST}", json={"source": "a: 1\n", "seq": 1}, headers=HEADERS)
    assert stale.json is not None

    again = {**HEADERS, "X-CSRFToken": stale.json["csrf"]}
    assert (
        client.post(f"/analyse/{FIRST}", json={"source": "a: 1\n", "seq": 1}, headers=again).status_code
        == 200
    )


def test_a_token_holds_after_a_restart(root: Path) -> None:
    before = client_of(root, checks_forms=True)
    name = before.application.config["SESSION_COOKIE_NAME"]
    token = re.search(r'name="csrf-token" content="([^"]+)"', page(before, "/"))
    cookie = before.get_cookie(name)
    assert token is not None
    assert cookie is not None

    after = client_of(root, checks_forms=True)
    after.set_cookie(name, cookie.value)
    headers = {**HEADERS, "X-CSRFToken": token[1]}
    assert (
        after.post(f"/analyse/{FIRST}", json={"source": "a: 1\n", "seq": 1}, headers=headers).status_code
        == 200
    )


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "localhost.evil.example:8765"},
        {"Host": "localhost", "Origin": "http://evil.example"},
        {"Host": "localhost", "Origin": "null"},
        {"Host": "localhost", "Origin": "http://localhost:9999"},
    ],
)
def test_foreign_pages_are_refused(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.get("/", headers=headers).status_code == 403
    assert client.post(f"/analyse/{FIRST}", json={"source": "", "seq": 1}, headers=headers).status_code == 403


def test_a_workspace_that_went_away_is_told_in_a_page(tmp_path: Path) -> None:
    root = stories_in(tmp_path / "company")
    client = client_of(root)
    page(client, "/")
    (root / "model.yaml").unlink()

    answer = client.get("/", headers=HEADERS)

    assert answer.status_code == 409
    assert "model.yaml" in answer.text


def test_every_answer_carries_the_policy(client: FlaskClient) -> None:
    for url in ("/", f"/workflows/{FIRST}", "/nothing"):
        found = client.get(url, headers=HEADERS).headers
        policy = found["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert found["X-Content-Type-Options"] == "nosniff"
        assert found["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "body",
    [None, [], "text", {"source": 3}, {"seq": 1}, {"source": None}, {"source": {"a": 1}}],
)
def test_a_question_that_is_none_is_refused(client: FlaskClient, body: Any) -> None:
    for action in ("analyse", "edit", "draft"):
        assert client.post(f"/{action}/{FIRST}", json=body, headers=HEADERS).status_code == 400


@pytest.mark.parametrize(
    "operation",
    [
        {},
        {"kind": "set"},
        {"kind": "set", "path": []},
        {"kind": "set", "path": "actions"},
        {"kind": "set", "path": [["a"]], "value": 1},
        {"kind": "drop", "path": ["actions"]},
        {"kind": "insert", "path": ["actions", "first"], "value": {}},
        {"kind": "move", "path": ["actions", 0], "to": "up"},
        {"kind": "move", "path": ["actions", 0]},
        {"kind": "move", "path": ["actions", 0], "to": 99},
        {"kind": "remove", "path": ["actions", 99]},
        {"kind": "rename", "path": ["name"]},
        {"kind": "unset", "path": ["nothing"]},
    ],
)
def test_an_operation_that_cannot_be_is_told(client: FlaskClient, operation: Any) -> None:
    text = (SHIPPED / FIRST).read_text("utf-8")

    answer = posted(client, f"/edit/{FIRST}", source=text, seq=1, ops=[operation])

    assert answer.status_code == 422
    assert answer.json["message"]


# --- every text has an answer -------------------------------------------------------------------------


def _prefixes() -> list[tuple[str, str]]:
    """Every sample up to some of its line ends, and up to places inside its lines."""
    dice, found = random.Random(7), list[tuple[str, str]]()
    for path in sorted(SHIPPED.rglob("*.yaml")):
        file = str(path.relative_to(SHIPPED))
        if not is_workflow_file(file) or "presets" in file or "samples" in file:
            continue
        text = path.read_text("utf-8")
        ends = [place + 1 for place, sign in enumerate(text) if sign == "\n"]
        places = [dice.choice(ends), dice.randrange(len(text))]
        found += [(file, text[:place]) for place in places]
    return found


def test_every_prefix_of_a_file_has_an_analysis(client: FlaskClient) -> None:
    parsed = 0
    for file, text in _prefixes():
        answer = posted(client, f"/analyse/{file}", source=text, seq=3)
        assert answer.status_code == 200, (file, text)
        told = answer.json
        assert told["seq"] == 3
        assert set(told["regions"]) == ({"problems"} if told["broken"] else REGIONS)
        parsed += told["broken"] is None
    assert parsed > 30


HOSTILE = [
    "",
    "\n\n",
    "x",
    "- a\n- b\n",
    "a: &x 1\nb: *x\n",
    "!!python/object/apply:os.system [ls]\n",
    "a: " + "[" * 300,
    "- " * 400,
    "a: 1\n---\nb: 2\n",
    "<script>alert(1)</script>: <img src=x onerror=alert(1)>\n",
    'id: "</script><script>alert(1)</script>"\nname: "<b>x</b>"\nmodule: 客户\n',
    "id: 😀\nname: 𠮷\nmodule: 客户\nactions: [{stop: 🎉}]\n",
    "\ud800",
    "a: \x00\n",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_answered_and_never_run(client: FlaskClient, text: str) -> None:
    answer = posted(client, f"/analyse/{FIRST}", source=text, seq=1)

    assert answer.status_code == 200
    html = "".join(answer.json["regions"].values())
    assert "<script" not in html
    assert "<img" not in html
    assert "<b>x</b>" not in html


def test_a_text_over_the_limit_is_refused_with_a_place(client: FlaskClient) -> None:
    answer = posted(client, f"/analyse/{FIRST}", source="a: " + "x" * 300_000, seq=1)
    assert [one["code"] for one in answer.json["diagnostics"]] == ["W102"]

    assert posted(client, f"/analyse/{FIRST}", source="x" * 5_000_000, seq=1).status_code == 413


# --- edits --------------------------------------------------------------------------------------------


def test_an_edit_changes_what_it_must_and_says_so(client: FlaskClient) -> None:
    text = (SHIPPED / FIRST).read_text("utf-8")
    operation = {"kind": "set", "path": ["conditions", "all", 2, "is"], "value": ["B", "C"]}

    told = posted(client, f"/edit/{FIRST}", source=text, seq=9, ops=[operation]).json

    assert told["source"] == text.replace("is: [A, B, C]", "is: [B, C]")
    assert told["said"] == "已修改"
    assert "客户层级是 B 或 C" in told["regions"]["summary"]


@pytest.mark.parametrize("file", ["tables.yaml", "segments.yaml"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_workflows_share_has_a_page_too(client: FlaskClient, file: str, lang: str) -> None:
    text = page(client, f"/workflows/{file}?lang={lang}")

    assert 'data-region="form"' in text
    assert 'data-region="flow"' not in text


def test_a_paused_workflow_says_so(client: FlaskClient) -> None:
    assert "已暂停" in page(client, "/workflows/silent-sequence.yaml").partition("<h1>")[2][:400]


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30", "x"])
def test_a_day_that_cannot_be_asked_for_is_refused(client: FlaskClient, day: str) -> None:
    form = {"source": "a: 1\n", "data": "samples", "at": day}

    assert client.post(f"/dry-run/{FIRST}", data=form, headers=HEADERS).status_code == 400


# --- help while one types -----------------------------------------------------------------------------------


def test_a_mistake_comes_with_what_mends_it(client: FlaskClient) -> None:
    text = (SHIPPED / FIRST).read_text("utf-8").replace("module: 客户", "module：客户")

    told = posted(client, f"/analyse/{FIRST}", source=text, seq=1).json

    (mistake,) = told["diagnostics"]
    fix = mistake["fixes"][0]
    lines = text.splitlines(keepends=True)
    line = lines[fix["line"] - 1]
    lines[fix["line"] - 1] = line[: fix["column"] - 1] + fix["insert"] + line[fix["end_column"] - 1 :]
    assert "".join(lines) == (SHIPPED / FIRST).read_text("utf-8")
    assert "data-fix=" in told["regions"]["problems"]


def test_what_may_stand_somewhere_and_what_stands_there_is_told(client: FlaskClient) -> None:
    text = (SHIPPED / FIRST).read_text("utf-8")
    line = text.splitlines().index("    - {field: 客户层级, is: [A, B, C]}") + 1

    offered = posted(client, f"/complete/{FIRST}", source=text, line=line, column=27, lang="zh").json
    told = posted(client, f"/hover/{FIRST}", source=text, line=line, column=10, lang="zh").json

    assert {one["label"] for one in offered["items"]} == {"A", "B", "C"}
    assert "客户层级" in told["html"] or "字段" in told["html"]
    assert posted(client, f"/hover/{FIRST}", source=text, line=1, column=1).status_code == 204


@pytest.mark.parametrize("place", [{}, {"line": 0, "column": 1}, {"line": 1}, {"line": "1", "column": 1}])
def test_a_place_that_is_none_is_refused(client: FlaskClient, place: dict[str, Any]) -> None:
    for action in ("complete", "hover"):
        assert posted(client, f"/{action}/{FIRST}", source="a: 1\n", **place).status_code == 400
