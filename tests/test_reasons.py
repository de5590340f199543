"""What the system says in English about files is told in the reader's language."""

from __future__ import annotations

import errno
import os

import pytest

from engine.cli.errors import render_failure


@pytest.mark.parametrize(
    "number, zh, en",
    [
        (errno.ENOENT, "没有这个文件", "there is no such file"),
        (errno.EACCES, "没有权限", "no permission"),
        (errno.EISDIR, "它是文件夹，不是文件", "it is a folder, not a file"),
        (errno.ENOSPC, "磁盘满了", "the disk is full"),
    ],
)
def test_a_failure_of_the_world_is_told_in_one_language(number: int, zh: str, en: str) -> None:
    failure = OSError(number, os.strerror(number), "/somewhere/客户.csv")

    assert f"读写不了“客户.csv”：{zh}" in render_failure(failure, "zh")
    assert f'"客户.csv" cannot be read or written: {en}' in render_failure(failure, "en")
    assert os.strerror(number) not in render_failure(failure, "zh")


def test_a_reason_without_a_text_is_told_as_it_is() -> None:
    failure = OSError(errno.ELOOP, "something rare", "客户.csv")

    assert "something rare" in render_failure(failure, "zh")
