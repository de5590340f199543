"""check --fix: what needs no asking is written into the files, line by line; nothing else is touched."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from engine.cli import run_command
from engine.texts import LANGUAGES

BASE = Path(__file__).parent / "cases" / "check" / "_base"
SPOILT = """\
id：wake
name:唤醒
module: 客户
status: activ
trigger: {evry: day，at: “01:00”}
conditions:
\tall:
    - {field: 客户层及, is: [A，B]}
actions:
  -add_tag: 高潜
  - notify: {to: ownr, text: {{ 客户名称 }} 请联系}
"""
MENDED = """\
id: wake
name: 唤醒
module: 客户
status: active
trigger: {every: day, at: "01:00"}
conditions:
  all:
    - {field: 客户层级, is: [A, B]}
actions:
  - add_tag: 高潜
  - notify: {to: owner, text: "{{ 客户名称 }} 请联系"}
"""
LEFT = "id: wake\nname: 唤醒\nmodule: 客户\ntrigger: {when: by_hand}\nstatus: paused\nactions:\n"
UNCERTAIN = f"{LEFT}   - add_tag: 高潜\n  - remove_tag: 高潜\n"
"""A line that is indented wrongly: which of the two, nobody knows."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(BASE, tmp_path / "company")
    return tmp_path / "company"


def check(root: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str, str]:
    code = run_command(["check", "--workspace", str(root), "--no-cache", *more])
    said = capsys.readouterr()
    return code, said.out, said.err


def write(path: Path, text: str, coding: str = "utf-8") -> bytes:
    path.write_bytes(text.encode(coding))
    return path.read_bytes()


def test_a_file_full_of_slips_is_put_right(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(root / "wake.yaml", SPOILT)

    check(root, capsys, "wake.yaml", "--fix")

    assert (root / "wake.yaml").read_text(encoding="utf-8") == MENDED


def test_every_change_is_told_with_its_line_before_and_after(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(root / "wake.yaml", MENDED.replace("name: 唤醒", "name：唤醒").replace("add_tag", "ad_tag"))

    code, out, _ = check(root, capsys, "wake.yaml", "--fix")

    assert out.startswith(
        "wake.yaml:2 W113 改成 :\n   - name：唤醒\n   + name: 唤醒\n"
        "wake.yaml:10 W212 改成 add_tag\n   -   - ad_tag: 高潜\n   +   - add_tag: 高潜\n"
        "改了 2 处。\n\n"
    )
    assert code == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_nothing_is_certain_the_file_is_left_as_it_is(
    root: Path, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = write(root / "wake.yaml", UNCERTAIN)
    os.utime(root / "wake.yaml", (1, 1))

    code, out, _ = check(root, capsys, "wake.yaml", "--fix", "--lang", language)

    told = {"zh": "没有不用问就能改的地方。", "en": "Nothing could be mended without asking."}
    assert out.startswith(f"{told[language]}\n\n")
    assert code == 1
    assert (root / "wake.yaml").read_bytes() == raw
    assert (root / "wake.yaml").stat().st_mtime == 1


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_line_ends_and_marks_and_the_last_line_stay(
    root: Path, coding: str, end: str, capsys: pytest.CaptureFixture[str]
) -> None:
    mark = "\ufeff" if coding.startswith("utf-16") else ""
    fine = mark + MENDED.replace("status: active", "status: paused  # 空白留着  ").rstrip("\n").replace(
        "\n", end
    )
    write(root / "wake.yaml", fine.replace("name: 唤醒", "name：唤醒"), coding)

    check(root, capsys, "wake.yaml", "--fix")

    assert (root / "wake.yaml").read_bytes() == fine.encode(coding)


def test_other_spellings_of_a_letter_stay_in_lines_that_are_not_touched(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`é` as two signs: diagnostics count it as one, in this line and in that."""
    text = MENDED.replace("name: 唤醒", "name: Cafe\u0301").replace("高潜", "高潜  # cafe\u0301")
    write(root / "wake.yaml", text.replace("{to: owner", "{to：owner"))

    check(root, capsys, "wake.yaml", "--fix")

    assert (root / "wake.yaml").read_text(encoding="utf-8") == text


def test_only_the_files_asked_for_are_changed(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(root / "one.yaml", MENDED.replace("name: 唤醒", "name：唤醒").replace("id: wake", "id: one"))
    other = write(root / "other.yaml", MENDED.replace("name: 唤醒", "name：唤醒"))

    check(root, capsys, "one.yaml", "--fix")

    assert (root / "other.yaml").read_bytes() == other
    assert "name: 唤醒" in (root / "one.yaml").read_text(encoding="utf-8")


def test_a_whole_workspace_and_a_file_outside_of_it(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(root / "one.yaml", MENDED.replace("name: 唤醒", "name：唤醒"))
    write(tmp_path / "draft.yaml", MENDED.replace("name: 唤醒", "name：唤醒"))

    check(root, capsys, "--fix")
    check(root, capsys, str(tmp_path / "draft.yaml"), "--fix")

    assert (root / "one.yaml").read_text(encoding="utf-8") == MENDED
    assert (tmp_path / "draft.yaml").read_text(encoding="utf-8") == MENDED


def test_permissions_and_links_stay(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    real = root / ".kept" / "real.yaml"
    real.parent.mkdir()
    write(real, MENDED.replace("name: 唤醒", "name：唤醒"))
    real.chmod(0o640)
    (root / "wake.yaml").symlink_to(real)

    check(root, capsys, "--fix")

    assert (root / "wake.yaml").is_symlink()
    assert real.read_text(encoding="utf-8") == MENDED
    assert real.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in real.parent.iterdir()] == ["real.yaml"]


def test_for_machines_the_diagnostics_carry_their_fixes(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = MENDED.replace("name: 唤醒", "name：唤醒").replace("[A, B]", "[A, 丁]")
    write(root / "wake.yaml", text)

    code, out, err = check(root, capsys, "wake.yaml", "--fix", "--format", "json", "--lang", "en")

    (one,) = json.loads(out)
    assert code == 1
    assert err.splitlines()[0] == "wake.yaml:2 W113 Change to :"
    assert one["code"] == "W205"
    assert [fix["label"] for fix in one["fixes"]] == ["Change to A", "Change to B", "Change to C"]
    assert one["fixes"][1] == {
        "label": "Change to B", "line": 8, "column": 29, "end_line": 8, "end_column": 30, "insert": "B",
        "certain": False,
    }  # fmt: skip


def test_without_fix_nothing_is_written(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw = write(root / "wake.yaml", SPOILT)

    code, out, _ = check(root, capsys, "wake.yaml", "--format", "json")

    assert code == 1
    assert (root / "wake.yaml").read_bytes() == raw
    assert {one["code"] for one in json.loads(out)} == {"W113"}
    assert all(fix["certain"] for one in json.loads(out) for fix in one["fixes"])


def test_a_text_in_which_such_signs_belong_is_not_touched(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = MENDED.replace(
        '"{{ 客户名称 }} 请联系"', '"注意：“{{ 客户名称 }}”，请联系；-谢谢。http://a.cn/x:1 //"'
    )
    raw = write(root / "wake.yaml", text)

    check(root, capsys, "wake.yaml", "--fix")

    assert (root / "wake.yaml").read_bytes() == raw
