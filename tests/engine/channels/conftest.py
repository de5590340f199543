"""A mail server, and an account on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.channels.smtp import Smtp
from tests.engine.channels.letters import SENDER
from tests.engine.mail_server import LOCAL, Mailbox, mail_server


@pytest.fixture(name="box")
def _box() -> Mailbox:
    return Mailbox()


@pytest.fixture(name="account")
def _account(box: Mailbox) -> Iterator[Smtp]:
    with mail_server(box) as port:
        account = Smtp(LOCAL, SENDER, port=port, security="none", timeout=0.5)
        yield account
        account.close()
