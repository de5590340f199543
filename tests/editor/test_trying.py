"""The dry run on the page: it says what the command says, of the text on the screen alone."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.company import command, nightly, stories_in, write_files
from tests.editor.served import HEADERS, client_of


def test_a_dry_run_says_what_the_command_says(tmp_path: Path) -> None:
    root = stories_in(tmp_path / "company")
    rest = "conditions: {field: 潜力, at_least: 100}\nactions: [{update_field: {行业: 机械}}]\n"
    write_files(root, {"wake.yaml": nightly(rest)})
    (root / "samples").mkdir()
    rows = "编号,客户名称,潜力,行业\nC1,甲,100,纺织\nC2,乙,99,纺织\nC3,丙,,纺织\nC4,丁,300,机械\n"
    (root / "samples" / "customers.csv").write_text(rows, "utf-8")
    where = ("--workspace", str(root), "--sample", "samples", "--at", "2026-03-31")
    told = json.loads(command("plan", "wake", *where, "--format", "json").out)

    form = {"source": (root / "wake.yaml").read_text("utf-8"), "data": "samples", "at": "2026-03-31"}
    text = client_of(root).post("/dry-run/wake.yaml", data=form, headers=HEADERS).text

    counts = [int(one) for one in re.findall(r"<dd>([\d,]+)</dd>", text)]
    assert counts[:3] == [told["matched"], told["not_matched"], told["undecided"]] == [1, 1, 1]
    assert "甲（C1）" in text
    assert "行业：纺织 → 机械" in text
    assert not (root / ".wakeline").exists() or not list((root / ".wakeline").glob("plans/*"))


def test_a_dry_run_tries_the_text_on_the_screen(tmp_path: Path) -> None:
    root = stories_in(tmp_path / "company")
    rest = "conditions: {field: 潜力, at_least: 100}\nactions: [{update_field: {行业: 机械}}]\n"
    write_files(root, {"wake.yaml": nightly(rest)})
    (root / "samples").mkdir()
    (root / "samples" / "customers.csv").write_text("编号,客户名称,潜力\nC1,甲,100\nC2,乙,99\n", "utf-8")
    client = client_of(root)

    def matched(text: str) -> list[str]:
        form = {"source": text, "data": "samples", "at": "2026-03-31"}
        told = client.post("/dry-run/wake.yaml", data=form, headers=HEADERS).text
        return re.findall(r"（(C\d)）", told)

    assert matched(nightly(rest)) == ["C1"]
    assert matched(nightly(rest.replace("100", "99"))) == ["C1", "C2"]
    assert matched("id: [") == []
    assert (root / "wake.yaml").read_text("utf-8") == nightly(rest)
