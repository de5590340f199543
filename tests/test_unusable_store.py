"""A store that cannot be used is told in a sentence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.company import Company
from tests.contract import GOOD, Call, call, company, imported, root

__all__ = ["call", "company", "imported", "root"]  # fixtures, asked for by name


def garbage(path: Path) -> None:
    path.write_bytes(b"no database at all, only words " * 100)


@pytest.mark.parametrize("spoil", [garbage, Path.mkdir], ids=["garbage", "folder"])
@pytest.mark.parametrize("command", ["plan good", "run", "runs"])
def test_an_unreadable_store_is_one_sentence(
    root: Path, call: Call, spoil: Callable[[Path], None], command: str
) -> None:
    spoil(root / "store.db")

    code, out, err = call(*command.split(), "--store", str(root / "store.db"))

    assert (code, out) == (3, "")
    assert "store.db" in err
    assert "Traceback" not in err
    assert len(err.strip().splitlines()) <= 2


@pytest.fixture
def foreign(each_store: str, root: Path) -> Path:
    """Orders sit on a table of the company."""
    model = (root / "model.yaml").read_text(encoding="utf-8")
    old, new = (
        "    label: 订单\n",
        "    label: 订单\n    table: erp_orders\n    columns: {amount: total_amount}\n",
    )
    (root / "model.yaml").write_text(model.replace(old, new), encoding="utf-8")
    (root / "good.yaml").write_text(
        GOOD.format(name="good").replace(
            "{field: 潜力, at_least: 100}", "{sum_of: 订单.金额, at_least: 100}"
        ),
        "utf-8",
    )
    return root


@pytest.mark.parametrize(
    "table, missing",
    [
        ("CREATE TABLE x (id TEXT)", "erp_orders"),
        ("CREATE TABLE erp_orders (id TEXT, customer TEXT, date TEXT, kind TEXT)", "total_amount"),
    ],
)
@pytest.mark.parametrize("command", ["plan good", "run good"])
def test_a_missing_table_or_column_is_named(
    foreign: Path, company: Company, table: str, missing: str, command: str
) -> None:
    for module in ("staff", "customers"):
        company.call("import", module, str(foreign / f"{module}.csv"))
    with company.place.look() as connection:
        connection.execute(table)

    code, out, err = company.call(*command.split())

    assert (code, out) == (3, "")
    assert missing in err
    assert "Traceback" not in err
    assert len(err.strip().splitlines()) <= 2
