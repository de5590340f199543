"""Drafts and publishing: nothing is lost, nothing of somebody else is overwritten unseen."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from urllib.parse import quote

import pytest

from editor.analysis import analyse
from editor.files import digest_of
from tests.company import Company, nightly, stories_in, write_files
from tests.editor.served import HEADERS, client_of, posted

REST = "conditions: {field: 客户层级, is: A}\nactions: [{add_tag: 高潜}]\n"
OLD = nightly(REST)
NEW = nightly(REST.replace("is: A", "is: B"))
DRAFTED = '<span class="pill pill-warn">草稿未发布</span>'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    found = stories_in(tmp_path / "company")
    write_files(found, {"wake.yaml": OLD})
    return found


def form(source: str, base: str = OLD) -> dict[str, str]:
    return {"source": source, "base": digest_of(base)}


def test_publishing_writes_the_text_and_ends_the_draft(root: Path) -> None:
    client = client_of(root)
    kept = posted(client, "/draft/wake.yaml", source=NEW, base=digest_of(OLD), draft="")
    assert re.fullmatch(r"\d\d:\d\d", kept.json["at"])
    assert (root / "wake.yaml").read_text("utf-8") == OLD

    answer = client.post("/publish/wake.yaml", data=form(NEW), headers=HEADERS)

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/workflows/wake.yaml")
    assert (root / "wake.yaml").read_text("utf-8") == NEW
    assert DRAFTED not in client.get("/", headers=HEADERS).text


@pytest.mark.parametrize("dress", ["crlf", "bom", "utf16"])
def test_a_file_keeps_its_line_ends_and_its_encoding(root: Path, dress: str) -> None:
    def dressed(text: str) -> bytes:
        if dress == "crlf":
            return text.replace("\n", "\r\n").encode()
        return text.encode("utf-8-sig" if dress == "bom" else "utf-16")

    (root / "wake.yaml").write_bytes(dressed(OLD))
    client = client_of(root)
    page = client.get("/workflows/wake.yaml", headers=HEADERS).text
    assert "\\r" not in page

    assert client.post("/publish/wake.yaml", data=form(NEW), headers=HEADERS).status_code == 204

    assert (root / "wake.yaml").read_bytes() == dressed(NEW)


def test_a_file_that_changed_meanwhile_is_not_overwritten_unseen(root: Path) -> None:
    client, theirs = client_of(root), OLD.replace("唤醒", "另一个名字")
    (root / "wake.yaml").write_text(theirs, "utf-8")

    answer = client.post("/publish/wake.yaml", data=form(NEW), headers=HEADERS)

    assert answer.status_code == 409
    assert "另一个名字" in answer.text
    assert (root / "wake.yaml").read_text("utf-8") == theirs
    over = {**form(NEW), "over": digest_of(theirs)}
    assert client.post("/publish/wake.yaml", data=over, headers=HEADERS).status_code == 204
    assert (root / "wake.yaml").read_text("utf-8") == NEW


def test_a_text_with_errors_is_not_published(root: Path) -> None:
    answer = client_of(root).post("/publish/wake.yaml", data=form(NEW + "colour: red\n"), headers=HEADERS)

    assert answer.status_code == 422
    assert "文本里还有错误" in answer.text
    assert (root / "wake.yaml").read_text("utf-8") == OLD


def test_changes_are_told_in_words_and_in_text(root: Path) -> None:
    client = client_of(root)

    text = client.post("/changes/wake.yaml", data=form(NEW), headers=HEADERS).text
    assert re.search(r"<del>[^<]*客户层级是 A", text)
    assert re.search(r"<ins>[^<]*客户层级是 B", text)
    assert "<ins>conditions: {field: 客户层级, is: B}</ins>" in text

    comment = client.post("/changes/wake.yaml", data=form(OLD + "# x\n"), headers=HEADERS).text
    assert "只有注释或排版不同" in comment
    same = client.post("/changes/wake.yaml", data=form(OLD), headers=HEADERS).text
    assert "没有改动" in same


def test_what_was_published_is_a_version_that_somebody_has_published(tmp_path: Path) -> None:
    company = Company(stories_in(tmp_path))
    company.write({"wake.yaml": OLD})
    company.bring("客户", [{"编号": "C1", "客户名称": "C1", "客户层级": "B"}])
    client = client_of(company.root, store=company.place.url)

    assert client.post("/publish/wake.yaml", data=form(NEW), headers=HEADERS).status_code == 204

    with company.place.look() as database:
        kept = database.execute("SELECT workflow, published_by FROM wakeline_versions").fetchall()
    assert [workflow for workflow, _ in kept] == ["wake", "wake"]
    assert kept[0][1] == "automatic", "what ran until now is there to go back to"
    assert kept[1][1] not in {"", "automatic"}


def test_a_text_as_long_as_files_may_be_can_be_published(root: Path) -> None:
    long = NEW + "# 注\n" * 25_000

    answer = client_of(root).post("/publish/wake.yaml", data=form(long), headers=HEADERS)

    assert answer.status_code == 204
    assert (root / "wake.yaml").read_text("utf-8") == long


def test_line_ends_of_a_form_are_those_of_the_file(root: Path) -> None:
    sent = form(NEW.replace("\n", "\r\n"))

    assert client_of(root).post("/publish/wake.yaml", data=sent, headers=HEADERS).status_code == 204
    assert (root / "wake.yaml").read_bytes() == NEW.encode()


# --- drafts -------------------------------------------------------------------------------------------


def test_a_draft_is_there_again_after_a_restart(root: Path) -> None:
    posted(client_of(root), "/draft/wake.yaml", source=NEW, base=digest_of(OLD), draft="")

    page = client_of(root).get("/workflows/wake.yaml", headers=HEADERS).text

    assert "is: B" in page
    assert digest_of(OLD) in page
    assert (root / "wake.yaml").read_text("utf-8") == OLD


def test_another_window_does_not_overwrite_a_newer_draft(root: Path) -> None:
    client, base = client_of(root), digest_of(OLD)
    first = posted(client, "/draft/wake.yaml", source=NEW, base=base, draft="").json["draft"]
    second = posted(client, "/draft/wake.yaml", source=NEW + "# 2\n", base=base, draft=first).json["draft"]

    late = posted(client, "/draft/wake.yaml", source=NEW + "# late\n", base=base, draft=first)
    assert (late.status_code, late.json["draft"]) == (409, second)

    forced = posted(client, "/draft/wake.yaml", source=NEW + "# late\n", base=base, draft=first, force=True)
    assert forced.status_code == 200
    assert "# late" in client.get("/workflows/wake.yaml", headers=HEADERS).text


def test_a_draft_that_says_what_is_published_is_none(root: Path) -> None:
    client, base = client_of(root), digest_of(OLD)
    kept = posted(client, "/draft/wake.yaml", source=NEW, base=base, draft="").json["draft"]

    posted(client, "/draft/wake.yaml", source=OLD, base=base, draft=kept)

    assert DRAFTED not in client.get("/", headers=HEADERS).text


def test_what_was_published_elsewhere_since_a_draft_began_is_a_conflict(root: Path) -> None:
    client, base = client_of(root), digest_of(OLD)
    posted(client, "/draft/wake.yaml", source=NEW, base=base, draft="")
    (root / "wake.yaml").write_text(OLD + "# theirs\n", "utf-8")

    page = client.get("/workflows/wake.yaml", headers=HEADERS).text

    assert f'"base": "{base}"' in page
    assert client.post("/publish/wake.yaml", data=form(NEW), headers=HEADERS).status_code == 409


# --- what came of reading it as somebody else ------------------------------------------------------------


def test_a_draft_that_another_window_has_kept_survives_publishing(root: Path) -> None:
    client, base = client_of(root), digest_of(OLD)
    theirs = posted(client, "/draft/wake.yaml", source=OLD + "# B wrote much\n", base=base, draft="").json[
        "draft"
    ]

    assert client.post("/publish/wake.yaml", data=form(NEW), headers=HEADERS).status_code == 204
    assert "# B wrote much" in client.get("/workflows/wake.yaml", headers=HEADERS).text

    ours = {**form(OLD, NEW), "draft": theirs}
    assert client.post("/publish/wake.yaml", data=ours, headers=HEADERS).status_code == 204
    assert "# B wrote much" not in client.get("/workflows/wake.yaml", headers=HEADERS).text


def test_a_file_that_changes_while_it_is_published_is_a_conflict(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from editor.pages import publish

    def slow(*asked: Any) -> Any:
        found = analyse(*asked)
        (root / "wake.yaml").write_text(OLD + "# somebody else\n", "utf-8")
        return found

    monkeypatch.setattr(publish, "analyse", slow)
    answer = client_of(root).post("/publish/wake.yaml", data=form(NEW), headers=HEADERS)

    assert answer.status_code == 409
    assert "# somebody else" in (root / "wake.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    "raw", [(OLD + "# 中文注释\n").encode("gbk"), OLD.replace("\n", "\r\n", 1).encode()], ids=["gbk", "ends"]
)
def test_what_could_not_be_written_back_as_it_was_is_not_written(root: Path, raw: bytes) -> None:
    (root / "wake.yaml").write_bytes(raw)
    client = client_of(root)

    answer = client.post("/publish/wake.yaml", data=form(NEW), headers=HEADERS)

    assert answer.status_code == 422
    assert "UTF-8" in answer.text
    assert (root / "wake.yaml").read_bytes() == raw


@pytest.mark.parametrize(
    "name", ["沉睡客户唤醒流程" * 4 + ".yaml", "A#1.yaml", "a?b.yaml", "50%25.yaml", "a b.yaml"]
)
def test_a_file_may_have_any_name(root: Path, name: str) -> None:
    (root / name).write_text(nightly(REST, key="odd", name="奇怪"), "utf-8")
    client = client_of(root)
    page = client.get(f"/workflows/{quote(name)}", headers=HEADERS).text
    (url,) = re.findall(r'"draft": "(/draft/[^"]+)"', page)

    kept = posted(client, url, source=NEW, base="x", draft="")

    assert kept.status_code == 200
    assert client.get("/", headers=HEADERS).text.count(DRAFTED) == 1


# --- what workflows share --------------------------------------------------------------------------------


TABLES = """\
# numbers of ours
门槛:
  by: [客户层级]
  columns: {天数: length}
  rows:
    - {客户层级: A, 天数: 30 days}  # the best
    - {客户层级: B, 天数: 90 days}
"""
ASKS = "conditions: {time_since: 最近下单日期, at_least: {table: 门槛.天数}}\nactions: [{add_tag: 高潜}]\n"


def test_a_number_is_changed_where_all_numbers_are_and_who_is_concerned_is_told(root: Path) -> None:
    write_files(root, {"tables.yaml": TABLES, "ask.yaml": nightly(ASKS, key="ask", name="提问")})
    client = client_of(root)
    operation = {"kind": "set", "path": ["门槛", "rows", 1, "天数"], "value": "60 days"}

    new = posted(client, "/edit/tables.yaml", source=TABLES, seq=1, ops=[operation]).json["source"]
    told = client.post("/changes/tables.yaml", data=form(new, TABLES), headers=HEADERS).text
    answer = client.post("/publish/tables.yaml", data=form(new, TABLES), headers=HEADERS)

    assert new == TABLES.replace("90 days", "60 days")
    assert re.search("<del>提问：[^<]*B 90 天", told)
    assert re.search("<ins>提问：[^<]*B 60 天", told)
    assert "唤醒：" not in told
    assert answer.status_code == 204
    assert (root / "tables.yaml").read_text("utf-8") == new


def test_a_number_that_breaks_a_workflow_is_not_published(root: Path) -> None:
    write_files(root, {"tables.yaml": TABLES, "ask.yaml": nightly(ASKS, key="ask", name="提问")})
    client, new = client_of(root), TABLES.replace("天数", "周数")

    told = posted(client, "/analyse/tables.yaml", source=new, seq=1).json
    answer = client.post("/publish/tables.yaml", data=form(new, TABLES), headers=HEADERS)

    assert "ask.yaml" in told["regions"]["problems"]
    assert answer.status_code == 422
    assert (root / "tables.yaml").read_text("utf-8") == TABLES


@pytest.mark.parametrize(
    "refused,why",
    [(PermissionError(errno.EPERM, "no"), "没有权限"), (OSError(errno.ENOSPC, "no"), "磁盘满了")],
    ids=["denied", "full"],
)
def test_a_file_that_may_not_be_written_is_told_and_the_text_is_kept(
    root: Path, monkeypatch: pytest.MonkeyPatch, refused: OSError, why: str
) -> None:
    client, really = client_of(root), os.replace

    def replace(source: Any, target: Any) -> None:
        if Path(target).name == "wake.yaml":
            raise refused
        really(source, target)

    monkeypatch.setattr(os, "replace", replace)
    answer = client.post("/publish/wake.yaml", data=form(NEW), headers=HEADERS)

    assert answer.status_code == 422
    assert f"wake.yaml 写不进去：{why}" in answer.text
    assert "已存为草稿" in answer.text
    assert (root / "wake.yaml").read_text("utf-8") == OLD
    assert DRAFTED in client.get("/", headers=HEADERS).text
    monkeypatch.setattr(os, "replace", really)
    assert client.post("/publish/wake.yaml", data=form(NEW), headers=HEADERS).status_code == 204


def test_a_folder_of_drafts_that_may_not_be_written_is_told_while_typing(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(root)
    monkeypatch.setattr(os, "replace", Mock(side_effect=PermissionError(errno.EACCES, "no")))
    answer = posted(client, "/draft/wake.yaml", source=NEW, base=digest_of(OLD), draft="")
    assert answer.status_code == 500
    assert "没有权限" in answer.json["message"]
