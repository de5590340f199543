"""Encryption, certificates and passwords: nothing goes in the clear, nothing is shown."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from engine.channels.parcel import Sent
from engine.channels.smtp import Smtp
from tests.engine.channels.letters import SENDER, failure, send
from tests.engine.mail_server import LOCAL, Mailbox, certificate, mail_server, passwords
from tests.lacks import lacks


@pytest.fixture(name="pem", scope="module")
def _pem(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A certificate for this machine that it has made itself, with its key."""
    if shutil.which("openssl") is None:
        lacks("openssl is not installed")
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names]
    subprocess.run([*made, "-keyout", path, "-out", f"{path}.crt"], check=True, capture_output=True)
    path.write_text(path.read_text("ascii") + Path(f"{path}.crt").read_text("ascii"), "ascii")
    return str(path)


def test_starttls_and_login(box: Mailbox, pem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", f"{pem}.crt")
    known = passwords({"crm": "geheim"})
    options = {"tls_context": certificate(pem), "require_starttls": True, "auth_required": True}
    with mail_server(box, authenticator=known, **options) as port:
        login = {"username": "crm", "password_env": "MAIL", "environment": {"MAIL": "geheim"}}
        right = Smtp(LOCAL, SENDER, port=port, timeout=5, **login)  # type: ignore[arg-type]  # of several types
        wrong = replace(right, environment={"MAIL": "falsch"})

        assert isinstance(send(right), Sent)
        right.close()
        found = failure(wrong)

    assert found.code == "W715", found.facts
    assert "falsch" not in str(found.facts)
    assert len(box.letters) == 1


def test_certificate_that_nobody_vouches_for_is_refused(box: Mailbox, pem: str) -> None:
    with mail_server(box, tls_context=certificate(pem)) as port:
        assert failure(Smtp(LOCAL, SENDER, port=port, timeout=5)).code == "W713"
    assert box.asked == []


def test_nothing_is_sent_in_the_clear_where_encryption_is_asked_for(box: Mailbox) -> None:
    with mail_server(box) as port:
        assert failure(Smtp(LOCAL, SENDER, port=port, timeout=5)).code == "W714"
    assert box.senders == []


def test_password_that_is_not_set_is_told_by_the_name_of_its_variable(box: Mailbox) -> None:
    account = Smtp(LOCAL, SENDER, port=9, username="crm", password_env="MAIL")

    found = failure(account)

    assert (found.code, found.facts) == ("W719", {"name": "MAIL"})


def test_account_does_not_show_its_secrets() -> None:
    assert "geheim" not in repr(Smtp(LOCAL, SENDER, environment={"MAIL": "geheim"}))
