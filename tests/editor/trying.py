"""Dry runs as a test asks for them, by Flask's own client."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from tests.company import nightly, stories_in, write_files
from tests.editor.served import HEADERS, OWNER

FILE = "wake.yaml"
RISING = "conditions: {field: 潜力, at_least: 100}\nactions: [{update_field: {行业: 机械}}]\n"
ROWS = "编号,客户名称,潜力,行业\nC1,甲,100,纺织\nC2,乙,99,纺织\nC3,丙,,纺织\nC4,丁,300,机械\n"
DAY = "2026-03-31"
PEOPLE = re.compile(r"records/(C\d+)\">")


def company_in(root: Path, rest: str = RISING, rows: str = ROWS) -> Path:
    """A company with one workflow and some customers as sample data."""
    found = stories_in(root)
    write_files(found, {FILE: nightly(rest)})
    (found / "samples").mkdir()
    (found / "samples" / "customers.csv").write_text(rows, "utf-8")
    return found


def begun(client: FlaskClient, text: str, **form: Any) -> str:
    """The address of a new dry run."""
    asked = {"source": text, "data": "samples", "at": DAY, **form}
    answer = client.post(f"/dry-run/{FILE}", data=asked, headers=HEADERS)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def ended(client: FlaskClient, address: str) -> str:
    """A dry run with all that belongs to it: sums and comparison too."""
    trial = client.application.extensions["trials"].get(address.rpartition("/")[2], OWNER)
    assert trial.finished.wait(60)
    return shown(client, address)


def shown(client: FlaskClient, address: str) -> str:
    return str(client.get(address, headers=HEADERS).text)


def tried(client: FlaskClient, text: str, **form: Any) -> tuple[str, str]:
    """The address of a dry run, and its page."""
    address = begun(client, text, **form)
    return address, ended(client, address)


def people(page: str) -> list[str]:
    """Who is listed on a page."""
    return PEOPLE.findall(page)


def counts(page: str) -> dict[str, int]:
    """The lists of a page, and how many are in each."""
    found = re.findall(r'">(\S+) <span class="badge">([\d,]+)</span>', page)
    return {label: int(count.replace(",", "")) for label, count in found}
