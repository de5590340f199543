"""A small editor: it opens a YAML file in the real YAML language server and asks what an editor asks."""

from __future__ import annotations

import json
import queue
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SERVER = Path(__file__).parent / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
CURSOR = "▮"
"""Stands in a text where the cursor is."""

_SECONDS = 60
_SETTINGS = {"yaml": {"completion": True, "hover": True, "validate": True, "schemaStore": {"enable": False}}}


def missing() -> str:
    """What is not installed, in a word; nothing when the server can be started."""
    if shutil.which("node") is None:
        return "node"
    return "" if SERVER.is_file() else "yaml-language-server"


class Editor:
    """One running server; every text is a file of its own in `folder`, opened once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process = subprocess.Popen(
            ["node", str(SERVER), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._answers: queue.Queue[Any] = queue.Queue()
        self._told: dict[str, list[Any]] = {}
        self._number = 0
        threading.Thread(target=self._listen, daemon=True).start()
        capabilities = {
            "textDocument": {
                "completion": {
                    "completionItem": {"documentationFormat": ["markdown"], "snippetSupport": True}
                },
                "hover": {"contentFormat": ["markdown"]},
            },
            "workspace": {"configuration": True},
        }
        root = folder.as_uri()
        self._ask("initialize", {"processId": None, "rootUri": root, "capabilities": capabilities})
        self._tell("initialized", {})
        self._tell("workspace/didChangeConfiguration", {"settings": _SETTINGS})

    def completions(self, text: str) -> dict[str, Any]:
        """What the editor offers at the cursor, by label."""
        uri, position = self._open(text)
        found = self._ask("textDocument/completion", {"textDocument": {"uri": uri}, "position": position})
        items = found["items"] if isinstance(found, dict) else found
        return {one["label"]: one for one in items}

    def hover(self, text: str) -> str:
        """What the editor shows where the cursor is."""
        uri, position = self._open(text)
        found = self._ask("textDocument/hover", {"textDocument": {"uri": uri}, "position": position})
        return found["contents"]["value"] if found else ""

    def marks(self, text: str) -> list[tuple[int, str]]:
        """What the editor underlines: the line, counted from one, and the message."""
        uri, _ = self._open(text)
        while uri not in self._told:
            self._handle(self._answers.get(timeout=_SECONDS))
        return [(one["range"]["start"]["line"] + 1, one["message"]) for one in self._told[uri]]

    def close(self) -> None:
        """Stop the server."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _open(self, text: str) -> tuple[str, dict[str, int]]:
        before, _, after = text.partition(CURSOR)
        self._number += 1
        uri = (self.folder / f"open-{self._number}.yaml").as_uri()
        opened = {"uri": uri, "languageId": "yaml", "version": 1, "text": before + after}
        self._tell("textDocument/didOpen", {"textDocument": opened})
        last = before.rpartition("\n")[2]
        # The protocol counts in UTF-16.
        return uri, {"line": before.count("\n"), "character": len(last.encode("utf-16-le")) // 2}

    def _ask(self, method: str, params: Mapping[str, Any]) -> Any:
        self._number += 1
        number = self._number
        self._send({"id": number, "method": method, "params": params})
        while True:
            message = self._answers.get(timeout=_SECONDS)
            if message.get("id") == number and "method" not in message:
                assert "error" not in message, message["error"]
                return message["result"]
            self._handle(message)

    def _handle(self, message: Mapping[str, Any]) -> None:
        """What the server asks or tells by itself."""
        method = message.get("method")
        if method == "workspace/configuration":
            items = message["params"]["items"]
            self._send({"id": message["id"], "result": [_SETTINGS.get(one["section"], {}) for one in items]})
        elif method == "textDocument/publishDiagnostics":
            self._told[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "id" in message and method:
            self._send({"id": message["id"], "result": None})

    def _tell(self, method: str, params: Mapping[str, Any]) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _listen(self) -> None:
        out = self._process.stdout
        assert out is not None
        while line := out.readline():
            size = re.match(rb"Content-Length: (\d+)", line)
            if size:
                while out.readline().strip():
                    pass
                self._answers.put(json.loads(out.read(int(size[1]))))


@contextmanager
def editor(folder: Path) -> Iterator[Editor]:
    """An editor with a running server."""
    opened = Editor(folder)
    try:
        yield opened
    finally:
        opened.close()
