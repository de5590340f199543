"""`kind: inbox`: notices on a colleague's page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.channels.inbox import Inbox
from engine.channels.parcel import Parcel


def put(*parcels: Parcel) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = []
    Inbox(rows.extend).send(parcels)
    return rows


def test_parcel_becomes_a_row_for_its_person() -> None:
    assert put(Parcel("1/S1/7", 1, "2026-03-30T17:00:00Z", "inbox", "S1", "", "请看\n还有")) == [
        {
            "person": "S1",
            "run": 1,
            "at": "2026-03-30T17:00:00Z",
            "text": "请看\n还有",
            "urgent": 0,
            "key": "1/S1/7",
        }
    ]


def test_urgent_parcel_is_an_urgent_row() -> None:
    assert [row["urgent"] for row in put(Parcel("k", 1, "", "inbox", "S1", "", "x", urgent=True))] == [1]


def test_rows_come_in_the_order_of_the_parcels() -> None:
    rows = put(*(Parcel(key, 1, "", "inbox", "S1", "", "x") for key in "bac"))

    assert [row["key"] for row in rows] == ["b", "a", "c"]
