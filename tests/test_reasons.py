"""What the system says in English about files, disks and connections is told in the reader's language."""

from __future__ import annotations

import errno
import os

import pytest

from engine.cli.errors import render_failure
from engine.texts import Texts


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


@pytest.mark.parametrize(
    "code, facts, zh, en",
    [
        (
            "W712",
            {"host": "mail", "port": "25", "reason": "[Errno 111] Connection refused"},
            "连不上邮件服务器 mail（端口 25）：对方没有接受连接",
            "The mail server mail (port 25) cannot be reached: nothing listens there",
        ),
        (
            "W712",
            {"host": "mail", "port": "25", "reason": "[Errno -2] Name or service not known"},
            "连不上邮件服务器 mail（端口 25）：没有这个主机名",
            "The mail server mail (port 25) cannot be reached: there is no such host",
        ),
        (
            "W724",
            {"answer": "timed out"},
            "信交出去了，但没有得到明确的答复（对方没有及时回答），不知道送到没有。",
            "Handed over without a clear answer: it may have arrived or not (no answer in time).",
        ),
        (
            "W403",
            {"reason": "wakeline.db (database is locked)"},
            "数据库不能完成这一步：wakeline.db（被别的程序占用）",
            "The database could not do this: wakeline.db (another program uses it)",
        ),
    ],
)
def test_the_outbox_and_the_commands_tell_it_in_one_language(
    code: str, facts: dict[str, str], zh: str, en: str
) -> None:
    assert Texts.of("zh").message(code, facts) == zh
    assert Texts.of("en").message(code, facts) == en


def test_what_a_mail_server_says_stays_in_its_own_words() -> None:
    facts = {"answer": "550 5.1.1 timed out (gone)"}

    assert Texts.of("zh").message("W717", facts).endswith("550 5.1.1 timed out (gone)")


def test_whatever_the_system_may_say_has_a_text_in_both_languages() -> None:
    for number in errno.errorcode:
        for language in ("zh", "en"):
            assert Texts.of(language).message("W403", {"reason": os.strerror(number)})
