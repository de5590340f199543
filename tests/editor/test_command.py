"""`wakeline edit` as it is typed: it serves this machine, or says in a sentence why it does not."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from http.client import HTTPConnection
from io import StringIO
from pathlib import Path
from unittest.mock import Mock

import pytest
from waitress.server import TcpWSGIServer
from werkzeug.test import Client

from tests.company import command, stories_in
from tests.editor.served import demand_built

HERE = {"REMOTE_ADDR": "127.0.0.1"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return stories_in(tmp_path / "company")


def test_it_serves_until_it_is_stopped(root: Path) -> None:
    demand_built()
    asked = [sys.executable, "-m", "engine", "edit", "--port", "0", "--workspace", str(root), "--lang", "en"]
    with subprocess.Popen(asked, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None
            said = running.stdout.readline()
            link = re.search(r"http://(localhost:\d+)(/\?key=[\w-]{32})\s", said)
            assert link is not None, said
            for path, status in (("/ping", 204), ("/", 302), (link[2], 303), ("/nothing", 404)):
                asking = HTTPConnection(link[1], timeout=20)
                asking.request("GET", path)
                assert asking.getresponse().status == status
                asking.close()
            running.send_signal(signal.SIGINT)
            assert running.wait(20) == 0
        finally:
            running.kill()
    assert (root / ".wakeline" / "editor.key").stat().st_mode & 0o077 == 0


def test_once_somebody_has_an_account_there_is_no_link(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    demand_built()
    monkeypatch.setattr("sys.stdin", StringIO("correct horse battery\n"))
    assert command("user", "add", "lina", "--role", "admin", "--workspace", str(root)).code == 0
    monkeypatch.setattr(TcpWSGIServer, "run", Mock(side_effect=KeyboardInterrupt))
    said = command("edit", "--port", "0", "--workspace", str(root))
    assert (said.code, "http://localhost:" in said.out, "key=" in said.out) == (0, True, False)


def test_a_page_that_breaks_leaves_its_number_and_its_lines_in_the_log(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is told a number by somebody finds there what went wrong."""
    demand_built()
    told: list[str] = []

    def run(server: TcpWSGIServer) -> None:
        client = Client(server.application)
        told.append(client.get("/sign-in", headers={"Host": "localhost"}, environ_base=HERE).text)
        server.close()

    monkeypatch.setattr(TcpWSGIServer, "run", run)
    monkeypatch.setattr("editor.pages.sign_in.render_template", Mock(side_effect=ZeroDivisionError("x")))
    said = command("edit", "--port", "0", "--workspace", str(root))
    number = re.search(r"编号 ([0-9a-f]{8})", told[0])
    assert number is not None
    assert number[1] in said.err
    assert re.search(r"editor/pages/sign_in.py:\d+ _page", said.err)


def test_a_port_that_is_taken_is_told(root: Path) -> None:
    demand_built()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        said = command("edit", "--port", str(taken.getsockname()[1]), "--workspace", str(root))

    assert (said.code, "W829" in said.err) == (3, True)


def test_without_its_browser_side_it_says_how_to_get_it(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("editor.command.DIST", tmp_path / "none")

    for language, word in (("zh", "make"), ("en", "make")):
        said = command("edit", "--workspace", str(root), "--lang", language)
        assert (said.code, "W830" in said.err, word in said.err) == (3, True, True)


def test_without_a_workspace_it_says_so(tmp_path: Path) -> None:
    demand_built()
    said = command("edit", "--workspace", str(tmp_path / "none"))

    assert (said.code, "W910" in said.err) == (2, True)


def test_it_is_a_command_among_the_others() -> None:
    assert re.search(r"^ +edit +\S", command("--help").out, re.MULTILINE)
    assert "“edit”" in command("edti").err
