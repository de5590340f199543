"""Stores: what a database answers becomes one sentence, what is our own mistake stays one."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import InvalidRequestError

from engine.model.diagnostics import StoreError
from engine.records.store import Store
from engine.records.tables import RecordTables
from tests.engine.small import BASE, NIGHT, SHANGHAI, changed, files_with, workspace_with

BODY = "actions: [{stop: x}]\n"


def store(old: str = "", new: str = "", *, url: str = "sqlite://") -> Store:
    """The company's store after a change of its model."""
    files = changed(files_with(BODY), "model.yaml", old, new) if old else None
    return Store(url, workspace_with(BODY, files).model, SHANGHAI.key)


@pytest.mark.parametrize(
    "field, kept_as, now",
    [
        ("wakes: {label: 唤醒次数, type: number}", "bigint", "text"),
        ("unused: {label: 备注, type: text}", "text", "money"),
    ],
)
def test_field_whose_type_has_changed_is_told_before_anything_is_read(
    tmp_path, field: str, kept_as: str, now: str
) -> None:
    url = str(tmp_path / "w.db")
    with store(url=url).write(NIGHT):
        pass
    head, _, _ = field.rpartition("type: ")
    newer = store(field, f"{head}type: {now}}}", url=url)

    for opened in (newer.read, newer.write, newer.rehearse):
        with pytest.raises(StoreError) as caught, opened(NIGHT):
            pass
        assert caught.value.code == "W407"
        assert {name: caught.value.facts[name] for name in ("old", "new")} == {
            "old": kept_as,
            "new": now,
        }


def test_what_the_database_cannot_do_is_a_store_error() -> None:
    with pytest.raises(StoreError) as caught, store().write(NIGHT) as session:
        session.connection.exec_driver_sql("SELECT * FROM nowhere")
    assert (caught.value.code, caught.value.facts) == ("W405", {"name": "nowhere"})


def test_failure_while_rows_are_read_past_sqlalchemy_is_a_store_error() -> None:
    with pytest.raises(StoreError) as caught, store().write(NIGHT) as session:
        session.connection.connection.cursor().execute("SELECT * FROM nowhere")
    assert caught.value.code == "W405"


def test_wrong_use_of_sqlalchemy_is_a_bug() -> None:
    with pytest.raises(InvalidRequestError), store().write(NIGHT) as session, session.connection.begin():
        session.connection.begin()


def test_indexes_of_modules_and_fields_with_alike_names_are_two() -> None:
    modules = (
        "  a:\n    label: 甲\n    fields:\n      b_c: {type: link, to: 客户, as: 一}\n"
        "  a_b:\n    label: 乙\n    fields:\n      c: {type: link, to: 客户, as: 二}\n"
    )
    files = files_with(BODY)
    files["model.yaml"] = BASE["model.yaml"] + modules
    tables = RecordTables(workspace_with(BODY, files).model, SHANGHAI.key)
    names = [index.name for table in tables.owned() for index in table.indexes]

    assert len(set(names)) == len(names)
    engine = sa.create_engine("sqlite://")
    tables.metadata.create_all(engine)
    engine.dispose()
