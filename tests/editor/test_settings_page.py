"""Settings: what is told of a workspace, what never is, and trials of its channels."""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path

import pytest

from editor.files import digest_of
from editor.rights import RIGHTS, Right, Role
from editor.visitors import Visitor
from tests.company import Company, stories_in
from tests.editor.served import HEADERS, client_of, posted

SECRET = "tr0ub4dor"
SMTP = (
    "  post: {kind: smtp, host: 127.0.0.1, port: 9, security: none, from: a@example.cn, "
    "username: a, password_env: POST_PASSWORD, timeout: 1}\n"
)


@pytest.fixture
def company(tmp_path: Path) -> Company:
    found = Company(stories_in(tmp_path / "company"))
    path = found.root / "workspace.yaml"
    path.write_text(path.read_text("utf-8").replace("channels:\n", f"channels:\n{SMTP}"), "utf-8")
    found.bring("员工", [{"编号": "S1", "姓名": "王一", "邮箱": "wang@example.cn"}])
    found.bring("客户", [{"编号": "C1", "客户名称": "甲", "邮箱": "jia@example.cn"}])
    return found


def page_of(company: Company) -> str:
    answer = client_of(company.root).get("/settings", headers=HEADERS)
    assert answer.status_code == 200
    return unescape(answer.text)


def trial(company: Company, channel: str, to: str) -> tuple[int, str]:
    form = {"channel": channel, "to": to}
    answer = client_of(company.root).post("/settings/try", data=form, headers=HEADERS)
    return answer.status_code, unescape(answer.text)


def letters(company: Company, channel: str = "email") -> list[dict[str, str]]:
    path = company.root / ".wakeline" / "outbox" / f"{channel}.jsonl"
    return [json.loads(one) for one in path.read_text("utf-8").splitlines()] if path.exists() else []


def test_of_a_secret_only_is_told_whether_it_is_set(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("POST_PASSWORD", raising=False)
    page = page_of(company)
    assert "POST_PASSWORD 没有设置" in page
    assert "处要处理" in page  # the doctor says so, too

    monkeypatch.setenv("POST_PASSWORD", SECRET)
    page = page_of(company)
    assert "POST_PASSWORD 已设置" in page
    assert SECRET not in page


def test_a_trial_goes_to_the_address_that_was_typed_and_nowhere_else(company: Company) -> None:
    status, page = trial(company, "email", " wang@example.cn ")

    assert status == 200
    assert "试信已交给“email”" in page
    assert [(one["to"], one["subject"]) for one in letters(company)] == [("wang@example.cn", "Wakeline 试信")]
    assert company.rows("outbox") == []  # it is no letter of a run


def test_no_customer_gets_a_trial(company: Company) -> None:
    status, page = trial(company, "email", "jia@example.cn")

    assert (status, letters(company)) == (422, [])
    assert "jia@example.cn”是客户的地址" in page
    assert 'value="jia@example.cn"' in page  # what was typed is not lost


@pytest.mark.parametrize(
    "channel, to, told",
    [
        ("inbox", "a@example.cn", "没有设置渠道“inbox”"),
        ("nix", "a@example.cn", "没有设置渠道“nix”"),
        ("post", "a@example.cn, b@example.cn", "不是一个邮箱地址"),
        ("post", "a@example.cn\nBcc: b@example.cn", "不是一个邮箱地址"),
        ("post", "a@example.cn", "没有设置"),
    ],
)
def test_what_does_not_leave_says_why(company: Company, channel: str, to: str, told: str) -> None:
    status, page = trial(company, channel, to)
    assert status == 422
    assert told in page


def test_while_sending_is_stopped_no_trial_leaves_either(company: Company) -> None:
    company.done("stop-sending", "--by", "王一")
    status, page = trial(company, "email", "wang@example.cn")

    assert (status, letters(company)) == (422, [])
    assert "王一" in page


def test_settings_are_changed_and_published_as_any_file(company: Company) -> None:
    client, path = client_of(company.root), company.root / "workspace.yaml"
    old = path.read_text("utf-8")
    changed = posted(
        client,
        "/edit/workspace.yaml",
        source=old,
        seq=1,
        ops=[{"kind": "set", "path": ["publish"], "value": "by_hand"}],
    ).json["source"]
    form = {"source": changed, "base": digest_of(old)}

    assert client.post("/publish/workspace.yaml", data=form, headers=HEADERS).status_code == 204
    assert path.read_text("utf-8") == old.replace("publish: automatic", "publish: by_hand")
    assert "有人发布后才生效" in page_of(company)


def test_only_who_may_change_settings_sees_them(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [role for role in Role if Right.ADMIN in RIGHTS[role]] == [Role.ADMIN]
    somebody = Visitor("li", Role.PUBLISHER)
    for module in ("editor.rights", "editor.pages.given", "editor.auditing"):
        monkeypatch.setattr(f"{module}.visitor", lambda: somebody)
    client = client_of(company.root)

    for path in ("/settings", "/workflows/workspace.yaml"):
        assert client.get(path, headers=HEADERS).status_code == 403
    for path in ("/analyse/workspace.yaml", "/draft/workspace.yaml", "/edit/workspace.yaml"):
        assert posted(client, path, source="", seq=1).status_code == 403
    answer = client.post("/publish/workspace.yaml", data={"source": "language: en\n"}, headers=HEADERS)
    assert answer.status_code == 403
    assert trial(company, "email", "wang@example.cn")[0] == 403
    assert "/settings" not in client.get("/reports", headers=HEADERS).text


def test_the_notices_of_bundled_software_are_there(company: Company) -> None:
    answer = client_of(company.root).get("/settings/licences", headers=HEADERS)
    assert "MIT License" in answer.text
