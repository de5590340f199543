"""Who may open the editor from elsewhere, and by which name: nobody, until somebody says so."""

from __future__ import annotations

import socket
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from flask import request
from flask.testing import FlaskClient
from waitress.server import TcpWSGIServer

from editor import create_app
from editor.reach import Reach
from editor.studio import Studio
from tests.company import command, stories_in
from tests.editor.served import KEY, SECRET, demand_built, serving_app
from tests.engine.gates import WORD

PUBLIC = "https://wakeline.example.cn"
THROUGH = {"Host": "wakeline.example.cn", "Origin": PUBLIC}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    demand_built()
    return stories_in(tmp_path / "company")


@pytest.fixture
def account(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO(f"{WORD}\n"))
    assert command("user", "add", "lina", "--role", "admin", "--workspace", str(root)).code == 0


def opened(root: Path) -> FlaskClient:
    app = create_app(Studio(root, ""), SECRET, "", PUBLIC)
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def signed_in(client: FlaskClient, **headers: str) -> Any:
    form = {"name": "lina", "password": WORD}
    return client.post("/sign-in", data=form, headers={**THROUGH, "Accept": "text/html", **headers})


def edit(root: Path, *asked: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(TcpWSGIServer, "run", Mock(side_effect=KeyboardInterrupt))
    return command("edit", "--port", "0", "--workspace", str(root), *asked)


@pytest.mark.parametrize(
    "asked, word",
    [
        (("--host", "0.0.0.0"), "--public"),  # noqa: S104 - that is refused
        (("--host", "shop.example.cn"), "0.0.0.0"),  # noqa: S104 - the remedy names it
        (("--proxy", "everybody"), "IP"),
        (("--public", "wakeline.example.cn"), "https://"),
        (("--public", "https://wakeline.example.cn/crm"), "https://"),
        (("--public", "https://lina@wakeline.example.cn"), "https://"),
        (("--public", "https://wakeline.example.cn:port"), "https://"),
        (("--public", "ftp://wakeline.example.cn"), "https://"),
    ],
)
def test_what_is_no_address_is_refused_with_what_to_write(
    root: Path, account: None, monkeypatch: pytest.MonkeyPatch, asked: tuple[str, ...], word: str
) -> None:
    said = edit(root, *asked, monkeypatch=monkeypatch)
    assert (said.code, "W829" in said.err, word in said.err) == (2, True, True)


def test_nobody_else_comes_in_as_long_as_there_is_no_account(root: Path, monkeypatch: Any) -> None:
    said = edit(root, "--public", PUBLIC, monkeypatch=monkeypatch)
    assert (said.code, "wakeline user add" in said.err) == (2, True)


@pytest.mark.parametrize("public, warned", [(PUBLIC, False), ("http://10.0.0.5:8765/", True)])
def test_it_says_where_others_find_it(
    root: Path, account: None, monkeypatch: Any, public: str, warned: bool
) -> None:
    said = edit(root, "--public", public, monkeypatch=monkeypatch)
    assert (said.code, public.rstrip("/") in said.out, "key=" in said.out) == (0, True, False)
    assert ("不加密" in said.out) is warned


def test_it_answers_by_its_public_name_and_no_other(root: Path, account: None) -> None:
    client = opened(root)
    assert client.get("/sign-in", headers=THROUGH).status_code == 200
    assert client.get("/sign-in", headers={"Host": "localhost"}).status_code == 200
    for foreign in (
        {"Host": "evil.example.cn"},
        {"Host": "wakeline.example.cn:8765"},
        {"Host": "wakeline.example.cn.evil.cn"},
        {**THROUGH, "Origin": "http://wakeline.example.cn:81"},
        {**THROUGH, "Origin": "https://evil.example.cn"},
        {**THROUGH, "Origin": "null"},
    ):
        assert client.get("/sign-in", headers=foreign).status_code == 403


def test_a_proxy_that_passes_its_own_name_on_is_understood(root: Path, account: None) -> None:
    client = opened(root)
    said = signed_in(client, Host="127.0.0.1:8765")
    assert said.status_code == 303
    assert "Secure" in said.headers["Set-Cookie"]


def test_a_session_by_https_stays_there(root: Path, account: None) -> None:
    cookie = signed_in(opened(root)).headers["Set-Cookie"]
    assert ("Secure" in cookie, "HttpOnly" in cookie, "SameSite=Lax" in cookie) == (True, True, True)


def test_figures_are_for_this_machine_alone(root: Path, account: None) -> None:
    client = opened(root)
    assert client.get("/metrics", headers={"Host": "localhost"}).status_code == 200
    assert client.get("/metrics", headers={"Host": "wakeline.example.cn"}).status_code == 404
    for elsewhere in ("203.0.113.9", "unknown"):
        base = {"REMOTE_ADDR": elsewhere}
        asked = client.get("/metrics", headers={"Host": "localhost"}, environ_base=base)
        assert asked.status_code == 404


@pytest.mark.parametrize(
    "proxy, public, believed",
    [("127.0.0.1", PUBLIC, "203.0.113.9"), ("10.9.9.9", PUBLIC, "127.0.0.1"), ("127.0.0.1", "", "127.0.0.1")],
)
def test_only_the_proxy_is_believed_about_who_asks(
    root: Path, proxy: str, public: str, believed: str
) -> None:
    """The server itself, as waitress runs it: what a stranger writes into the header counts for nothing."""
    app = create_app(Studio(root, ""), SECRET, KEY, public)
    seen: list[str | None] = []
    app.before_request_funcs.setdefault(None, []).insert(0, lambda: seen.append(request.remote_addr))
    believing = Reach.of("127.0.0.1", public, proxy).believing()
    with serving_app(app, **believing) as port, socket.create_connection(("127.0.0.1", port), 20) as line:
        line.sendall(b"GET /ping HTTP/1.0\r\nHost: localhost\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n")
        assert line.recv(100)
    assert seen == [believed]
