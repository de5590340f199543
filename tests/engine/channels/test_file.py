"""`kind: file`: every message a line of JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.channels.file import File
from engine.channels.parcel import Parcel
from engine.model.diagnostics import ChannelError

LETTER = Parcel(
    "7/actions/0",
    1,
    "2026-03-30T17:00:00Z",
    "email",
    "a@example.cn",
    "近况可好？",
    "第一行\n第二行",
    "C7",
    "唤醒",
)
NOTICE = Parcel("8/actions/0", 1, "2026-03-30T17:00:00Z", "sms", "0138", "", "短信")


def lines(path: Path) -> list[object]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_parcel_is_a_line_with_its_parts(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"

    File(path).send([LETTER])

    assert lines(path) == [
        {
            "key": "7/actions/0",
            "at": "2026-03-30T17:00:00Z",
            "channel": "email",
            "to": "a@example.cn",
            "subject": "近况可好？",
            "body": "第一行\n第二行",
            "record": "C7",
            "template": "唤醒",
        }
    ]


def test_empty_parts_are_left_out(tmp_path: Path) -> None:
    File(tmp_path / "out.jsonl").send([NOTICE])

    assert set(lines(tmp_path / "out.jsonl")[0]) == {"key", "at", "channel", "to", "body"}  # type: ignore[call-overload]  # JSON from the file


def test_file_grows_and_its_folder_is_made(tmp_path: Path) -> None:
    channel = File(tmp_path / "a" / "b" / "out.jsonl")

    channel.send([LETTER, NOTICE])
    channel.send([NOTICE])

    assert [one["to"] for one in lines(channel.path)] == ["a@example.cn", "0138", "0138"]  # type: ignore[index]  # JSON from the file


def test_bytes_are_utf_8_with_plain_line_ends(tmp_path: Path) -> None:
    File(tmp_path / "out.jsonl").send([LETTER])

    raw = (tmp_path / "out.jsonl").read_bytes()

    assert "近况可好？".encode() in raw
    assert (raw.count(b"\n"), raw[-1:], b"\r" in raw) == (1, b"\n", False)


def test_text_with_odd_line_ends_stays_one_line(tmp_path: Path) -> None:
    odd = "a\r\nb\u2028c\x85d"
    File(tmp_path / "out.jsonl").send([Parcel("k", 1, "", "sms", "1", "", odd)])

    (line,) = (tmp_path / "out.jsonl").read_text(encoding="utf-8").rstrip("\n").split("\n")
    assert json.loads(line)["body"] == odd


def test_place_that_cannot_be_written_is_a_channel_error(tmp_path: Path) -> None:
    with pytest.raises(ChannelError) as caught:
        File(tmp_path).send([LETTER])

    assert caught.value.code == "W702"
    assert caught.value.facts["path"] == tmp_path.name


def test_folder_that_cannot_be_made_is_a_channel_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")

    with pytest.raises(ChannelError):
        File(tmp_path / "a" / "out.jsonl").send([LETTER])
