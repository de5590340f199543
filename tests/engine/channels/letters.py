"""A letter, and what comes back when an account sends it."""

from __future__ import annotations

from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import pytest

from engine.channels.parcel import Outcome, Parcel
from engine.channels.smtp import Smtp
from engine.model.diagnostics import ChannelError
from engine.shapes.addresses import MailAddress
from tests.engine.mail_server import LOCAL

SENDER = MailAddress("crm", "example.cn", "某公司")
LETTER = Parcel(
    key="7/actions/0",
    run=1,
    at="2026-03-30T17:00:00Z",
    channel="email",
    to="a@example.com",
    subject="张总，近况可好？",
    body="您好：\n.\n第二行\n..三",
    record="C7",
    template="唤醒",
)


def to(address: str, **changed: Any) -> Parcel:
    return replace(LETTER, to=address, **changed)


def send(account: Smtp, parcel: Parcel = LETTER) -> Outcome:
    (outcome,) = account.send([parcel])
    return outcome


def text_of(letter: EmailMessage) -> str:
    return letter.get_content().replace("\r\n", "\n")


def hasty(port: int) -> Smtp:
    """An account that waits for half a second."""
    return Smtp(LOCAL, SENDER, port=port, security="none", timeout=0.5)


def failure(account: Smtp, parcel: Parcel = LETTER) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        account.send([parcel])
    return caught.value
