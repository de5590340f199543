"""Dry runs on what somebody brings: read beside what is there, told row by row, and never kept."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from engine.demo import NIGHT
from engine.shipped import shipped_workspace
from tests.company import command, nightly
from tests.editor.served import HEADERS, client_of
from tests.editor.trying import FILE, RISING, ROWS, company_in, counts, shown, tried


def test_an_upload_is_tried_and_stays_out_of_the_store(tmp_path: Path) -> None:
    root = company_in(tmp_path / "company")
    client = client_of(root)
    rows = "编号,客户名称,潜力\nU1,=甲,100\nU2,<script>alert(1)</script>,150\nU3,丙,很多\n,丁,5\n"
    files = [(io.BytesIO(rows.encode()), "../../客户 名单.csv")]

    address, page = tried(client, nightly(RISING), data="upload", files=files)

    assert counts(page)["符合"] == 2
    assert "作为“客户”读入 2 行，拒绝 2 行" in page
    assert "第 4 行" in page
    assert "第 5 行" in page
    refused = client.get(f"{address}/refused/0", headers=HEADERS)
    told = list(csv.reader(io.StringIO(refused.data.decode("utf-8-sig"))))
    assert [one[0] for one in told[1:]] == ["U3", ""]
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    sheet = list(csv.reader(io.StringIO(shown(client, f"{address}/list.csv").lstrip("\ufeff"))))
    assert sheet[1][1].startswith("'=甲")
    assert not (root / ".wakeline" / "wakeline.db").exists()
    assert not (tmp_path / "客户 名单.csv").exists()
    assert client.get(f"{address}/refused/7", headers=HEADERS).status_code == 404


def test_an_upload_knows_who_is_there_and_says_what_it_passes_over(tmp_path: Path) -> None:
    rest = RISING.replace("field: 潜力, at_least: 100", "field: 最近下单日期, before: 2026-01-01")
    root = company_in(tmp_path / "company", rest, ROWS + "U2,乙,,\n")
    (root / "samples" / "staff.csv").write_text("编号,姓名\nS1,张一\n", "utf-8")
    (root / "samples" / "orders.csv").write_text("编号,客户,下单日期,金额\nO1,U2,2025-03-01,5\n", "utf-8")
    rows = "编号,客户名称,负责人,最近下单日期,备注\nU1,甲,S1,2025-01-01,x\nU3,丙,S9,,\n"
    client = client_of(root)

    def page_of(name: str) -> str:
        files = [(io.BytesIO(rows.replace("U1", name).encode()), "客户.csv")]
        return tried(client, nightly(rest), data="upload", files=files)[1]

    page = page_of("U1")
    assert counts(page)["符合"] == 0
    assert "读入 1 行，拒绝 1 行" in page  # S1 is among the samples, S9 is nobody
    assert "列“最近下单日期”是计算出来的，不导入。" in page
    assert "没有用到的列“备注”。" in page
    assert "条件要看的“最近下单日期”在文件里有，但没有导入" in page
    assert "没有上传的其他几类记录，取自样例数据。" in page
    assert page.index("没有一条符合") < page.index('class="sentence"')
    assert '/records/U2">' in page_of("U2")  # whose order is among the samples, too
    staff = tmp_path / "staff.csv"
    staff.write_text("编号,姓名\nS9,王九\n", "utf-8")
    command("import", "staff", str(staff), "--workspace", str(root))

    page = page_of("U2")

    assert "读入 1 行，拒绝 1 行" in page  # now S9 is known, and S1 is not
    assert "没有上传的其他几类记录，取自数据库。" in page


def test_a_workbook_and_a_second_file_are_tried_together(tmp_path: Path) -> None:
    book, out = Workbook(), io.BytesIO()
    for row in (["编号", "客户名称", "潜力"], ["U1", "甲", 100], ["U2", "乙", "无"], ["U4", "丁", 101]):
        book.active.append(row)
    book.save(out)
    client = client_of(company_in(tmp_path / "company"))
    more = "编号,客户名称,潜力\nU5,戊,300\n".encode()
    files = [(io.BytesIO(out.getvalue()), "客户.xlsx"), (io.BytesIO(more), "更多.csv")]

    _, page = tried(client, nightly(RISING), data="upload", files=files)

    assert counts(page)["符合"] == 3
    assert "读入 2 行，拒绝 1 行" in page
    assert "读入 1 行，拒绝 0 行" in page


def test_an_upload_that_is_none_of_our_records_says_so(tmp_path: Path) -> None:
    client = client_of(company_in(tmp_path / "company"))
    files = [(io.BytesIO(b"a,b\n1,2\n"), "x.csv")]

    _, page = tried(client, nightly(RISING), data="upload", files=files)

    assert "看不出文件 x.csv 是哪一类记录的" in page
    none = {"source": nightly(RISING), "data": "upload"}
    answer = client.post(f"/dry-run/{FILE}", data=none, headers=HEADERS)
    assert answer.status_code == 422
    assert "请先选好文件：1 到 12 个" in answer.text


def test_too_large_an_upload_is_refused_in_a_sentence(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("editor.app.LARGEST_UPLOAD", 1000)
    monkeypatch.setattr("editor.app._LARGEST", 1000)
    client = client_of(company_in(tmp_path / "company"))
    form = {"source": "x", "data": "upload", "files": [(io.BytesIO(b"x" * 5000), "x.csv")]}

    answer = client.post(f"/dry-run/{FILE}", data=form, headers=HEADERS)

    assert answer.status_code == 413
    assert "20 MB" in answer.json["message"]


def test_sample_data_is_tried_at_its_own_moment_unless_another_is_said(tmp_path: Path) -> None:
    root = company_in(tmp_path / "company")
    (root / "samples" / "now.txt").write_text("2026-04-01T01:00\n", "utf-8")
    client = client_of(root)
    hint, ours = "不填就是样例的时刻：2026-04-01 01:00", "时刻 2026-04-01 01:00"

    assert hint in shown(client, f"/workflows/{FILE}?tab=dry-run")
    page = tried(client, nightly(RISING), at="")[1]
    assert ours in page
    assert "样例数据只到这一时刻" in page
    page = tried(client, nightly(RISING), at="2026-03-31T00:00")[1]
    assert "时刻 2026-03-31 00:00" in page
    assert "样例数据只到这一时刻" not in page
    (root / "samples" / "now.txt").write_text("soon", "utf-8")
    assert ours not in tried(client, nightly(RISING), at="")[1]


def test_the_samples_that_ship_are_at_the_night_of_the_demo() -> None:
    told = (shipped_workspace() / "samples" / "now.txt").read_text("utf-8").strip()

    assert datetime.fromisoformat(told) == NIGHT
