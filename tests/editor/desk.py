"""A page of the editor in a browser, and what a person does there."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import BrowserContext, Locator, expect

from tests.editor.fake_server import FakeServer
from tests.editor.pages import WORKFLOW

PATIENCE = 10_000


class Desk:
    """Watches the console, the network and the policy while somebody works."""

    def __init__(self, context: BrowserContext, server: FakeServer, path: str, width: int) -> None:
        expect.set_options(timeout=PATIENCE)
        self.server = server
        self.trouble: list[str] = []
        self.context = context
        self.page = context.new_page()
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.trouble.append(str(error)))
        self.page.on("request", self._request)
        self.page.goto(f"{server.address}/nothing")
        self.page.evaluate("localStorage.clear()")  # what an earlier page has kept as it was closed
        self.open(path)

    def open(self, path: str) -> None:
        self.page.goto(self.server.address + path)
        if path.startswith(WORKFLOW):
            self.settled()

    def settled(self) -> None:
        """The first answer is on the page."""
        expect(self.region("summary")).to_contain_text("steps")

    def _console(self, message: Any) -> None:
        # The browser itself writes a line for every answer that is not 2xx; policy violations are lines too.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.trouble.append(message.text)

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.server.address, "data:", "blob:")):
            self.trouble.append(request.url)

    def region(self, name: str) -> Locator:
        return self.page.locator(f'[data-region="{name}"]')

    @property
    def content(self) -> Locator:
        return self.page.locator(".cm-content")

    @property
    def text(self) -> str:
        """The buffer as the server would get it: the fake server keeps every question."""
        return "\n".join(self.page.locator(".cm-line").all_text_contents())

    def tab(self, name: str) -> None:
        self.page.locator(f"#tab-{name}").click()

    def type_at_line(self, line: int, text: str) -> None:
        """Put the cursor at the end of a line of the text, and type."""
        self.page.locator(".cm-line").nth(line - 1).click()
        self.page.keyboard.press("End")
        self.page.keyboard.insert_text(text)

    def press(self, keys: str) -> None:
        self.page.keyboard.press(keys)

    def focused(self, attribute: str = "id") -> str:
        return str(self.page.evaluate(f"document.activeElement.getAttribute('{attribute}') || ''"))

    def close(self) -> None:
        """A page that is closed saves its draft: not into the next test."""
        self.context.set_offline(True)
        self.page.close()
        self.context.set_offline(False)
