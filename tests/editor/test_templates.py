"""Templates: what the pages tell of them, and letters as records would get them."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from editor.files import digest_of
from editor.mails import shown
from tests.company import nightly, stories_in, write_files
from tests.editor.served import HEADERS, client_of, posted

ROWS = "编号,客户名称,客户层级,行业\nC1,甲公司,A,阀门\nC2,乙公司,B,\nC3,丙公司,,\n"
SAID = "name: 说法\nclass: internal\nversions:\n"
TIERS = f"""{SAID}  - if: {{field: 客户层级, is: A, if_missing: no_match}}
    task: {{text: "{{{{ 客户名称 }}}}是大客户。"}}
  - task: {{text: "{{{{ 客户名称 }}}}在{{{{ 行业 }}}}。"}}
"""
HTML = """name: 周报
class: internal
versions:
  - email: {subject: "给{{ 客户名称 }}", html: "%s"}
"""
USES = nightly("actions: [{create_task: {subject: 看看, to: owner, due: in 3 days, text_from: 说法}}]\n")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    found = stories_in(tmp_path / "company")
    write_files(found, {"wake.yaml": USES, "templates/说法.yaml": TIERS})
    (found / "samples").mkdir()
    (found / "samples" / "customers.csv").write_text(ROWS, "utf-8")
    return found


def preview(client: FlaskClient, source: str, file: str = "templates/说法.yaml", **more: str) -> str:
    form = {"source": source, "data": "samples", **more}
    answer = client.post(f"/template-preview/{file}", data=form, headers=HEADERS)
    assert answer.status_code == 200
    return unescape(answer.text)


def test_the_list_tells_who_uses_a_template_and_what_it_says_of_whom(root: Path) -> None:
    client = client_of(root)
    page = client.get("/templates", headers=HEADERS).text

    row = page[page.index(">说法</a>") :].partition("</tr>")[0]
    assert "内部" in row
    assert ">唤醒</a>" in row
    assert "客户名称、行业" in row
    assert "还没有流程用它" in page  # of 话术 and 问候
    assert ">说法</a>" not in client.get("/templates?channel=sms", headers=HEADERS).text


def test_a_record_gets_the_version_that_is_for_it(root: Path) -> None:
    client = client_of(root)

    first = preview(client, TIERS)
    assert "甲公司是大客户。" in first
    assert first.index("这位用不到") > first.index("甲公司是大客户。")
    second = preview(client, TIERS, record="乙公司")
    assert second.index("这位用不到") < second.rindex("“行业”是空的")


def test_the_text_on_the_screen_is_shown_and_who_lacks_a_value_is_counted(root: Path) -> None:
    told = preview(client_of(root), TIERS.replace("是大客户", "最要紧"))

    assert "甲公司最要紧。" in told
    assert "3 位里有 2 位收不到" in told  # C2 and C3 have no industry; C1 gets the other version


def test_unknown_variables_are_found_while_somebody_types(root: Path) -> None:
    source = TIERS.replace("{{ 行业 }}", "{{ 行页 }}")
    found = posted(client_of(root), "/analyse/templates/说法.yaml", source=source, seq=1).json["diagnostics"]

    assert [(one["code"], one["line"]) for one in found] == [("W203", 6)]
    assert "行业" in found[0]["message"] + found[0]["hint"]


def test_a_template_that_nobody_uses_is_checked_against_the_module_that_is_chosen(root: Path) -> None:
    source = "name: 话术\nclass: internal\nversions:\n  - task: {text: '{{ 行业 }}好'}\n"
    client, file = client_of(root), "templates/话术.yaml"

    assert "阀门好" in preview(client, source, file, voice="customers")
    assert "行业" in preview(client, source, file, voice="orders")  # orders have no industry: it says so
    assert "阀门好" not in preview(client, source, file, voice="orders")


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}",
        "{% for x in range(1000000000) %}x{% endfor %}",
        "{% include '/etc/passwd' %}",
        "{{ 客户名称 * 1000000 }}",
        "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
        "{{ config }}",
    ],
)
def test_hostile_texts_are_refused_with_a_place_and_never_shown(root: Path, text: str) -> None:
    client, source = client_of(root), f"{SAID}  - task:\n      text: |\n        {text}\n"

    found = posted(client, "/analyse/templates/说法.yaml", source=source, seq=1).json["diagnostics"]
    assert [one["line"] for one in found if one["severity"] == "error"][:1] == [6]
    assert "<pre" not in preview(client, source)


def test_every_beginning_of_a_template_has_a_preview_that_answers(root: Path) -> None:
    client = client_of(root)
    for end in range(0, len(TIERS), 17):
        preview(client, TIERS[:end])


def test_publishing_a_template_says_that_it_says_something_else(root: Path) -> None:
    client, new = client_of(root), TIERS.replace("大客户", "老客户")
    form = {"source": new, "base": digest_of(TIERS)}

    dialog = client.post("/changes/templates/说法.yaml", data=form, headers=HEADERS).text
    assert "内容有改动" in dialog
    noted = {"source": f"# 注\n{TIERS}"}
    dialog = client.post("/changes/templates/说法.yaml", data=noted, headers=HEADERS).text
    assert "只有注释或排版不同" in dialog
    assert client.post("/publish/templates/说法.yaml", data=form, headers=HEADERS).status_code == 204
    assert (root / "templates" / "说法.yaml").read_text("utf-8") == new


def test_a_new_template_is_a_file_that_says_what_was_written(root: Path) -> None:
    client = client_of(root)
    form = {"name": "新品 1", "channel": "email", "subject": "你好: {{ 客户名称 }}", "body": "# 一\r\n二: 三"}

    answer = client.post("/templates", data=form, headers=HEADERS)
    assert answer.status_code == 302

    source = (root / "templates" / "新品 1.yaml").read_text("utf-8")
    assert client.get(answer.headers["Location"], headers=HEADERS).status_code == 200
    told = preview(client, source, "templates/新品 1.yaml", voice="customers")
    assert "你好: 甲公司" in told
    assert "# 一\n二: 三" in told


def test_a_step_leads_to_the_template_that_it_names(root: Path) -> None:
    client = client_of(root)
    page = unescape(client.get("/workflows/wake.yaml", headers=HEADERS).text)
    address = page.partition(">查看这个模板</a>")[0].rpartition('href="')[2].partition('"')[0]

    found = client.get(address, headers=HEADERS, follow_redirects=True)
    assert "<h1>说法</h1>" in found.text


@pytest.mark.parametrize("name", ["../x", "a/b", ".x", "", "x" * 61, "a\nb", "c:d", "话术", "说法"])
def test_a_name_that_is_none_or_taken_makes_no_file(root: Path, name: str) -> None:
    before = sorted(root.rglob("*.yaml"))
    form = {"name": name, "channel": "task", "body": "还在"}
    answer = client_of(root).post("/templates", data=form, headers=HEADERS)

    assert answer.status_code == 422
    assert "还在" in answer.text  # what was written is not lost
    assert sorted(root.rglob("*.yaml")) == before


def test_mail_is_framed_without_anything_that_acts_or_fetches(root: Path) -> None:
    html = (
        "<script>x()</script><p onclick='y()' style='color:red'>{{ 客户名称 }}</p><img src='http://a.example/b.png'>"
        "<a href='http://a.example'>看</a><iframe src='/'></iframe><b style='background:url(http://a.example)'>粗</b>"
    )
    source = (HTML % html).replace("name: 周报", "name: 说法")
    told = preview(client_of(root), source, nonce="n" * 22)

    frame = told[told.index("<iframe") :].partition("</figure>")[0]
    assert 'sandbox=""' in frame
    assert '<style nonce="nnnnnnnnnnnnnnnnnnnnnn">' in frame
    assert ".s0{color:red}" in frame
    assert '<p class="s0">甲公司</p>' in frame
    assert not [one for one in ("x()", "y()", "a.example", "onclick", "href", "src='/'") if one in frame]


@pytest.mark.parametrize(
    "source, kept",
    [
        ("<p>一<script>alert(1)", "<p>一"),
        ("</p></body><p>二", "<p>二"),
        ("<style>*{background:url(//x)}</style>三", "三"),
        ("<p style='color:red}</style><script>'>四</p>", "<p>四</p>"),
        ("<svg><style>@import '//x'</style></svg>五", "五"),
        ("<p style='b\\61 ckground:u\\72l(//x)'>六</p>", "<p>六</p>"),
        ("&lt;script&gt;七", "&lt;script&gt;七"),
    ],
)
def test_html_is_cleaned_by_what_is_known_to_be_harmless(source: str, kept: str) -> None:
    assert shown(source, "n", "图片").partition("<body>")[2] == kept


def test_no_path_leads_out_of_the_folder_of_templates(root: Path) -> None:
    client = client_of(root)
    for name in ("../workspace.yaml", "%2e%2e/model.yaml", "没有.yaml"):
        assert client.get(f"/templates/{name}", headers=HEADERS).status_code == 404
    answer = client.post("/template-preview/model.yaml", data={"source": ""}, headers=HEADERS)
    assert answer.status_code == 404
