"""Pages as the server will render them, by docs/editor-contract.md: for tests, and to look at.

`python -m tests.editor.pages FOLDER` writes pictures of the gallery of components: two languages, two themes,
three widths.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import jinja2
from playwright.sync_api import Browser, sync_playwright

from benchmarks.chromium import launched
from tests.editor import built

PAGES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).with_name("pages")), autoescape=True, trim_blocks=True
)
TOKEN = "token-1"
NONCE = "nonce-1"
POLICY = (
    f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{NONCE}'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
WIDTHS = (1280, 375, 320)
THEMES = ("light", "dark")
LANGUAGES = ("zh-Hans", "en")


def render(name: str, lang: str = "zh-Hans", theme: str = "light", **more: Any) -> str:
    """A page in one language and theme."""
    zh = lang.startswith("zh")
    return PAGES.get_template(name).render(
        lang=lang,
        theme=theme,
        zh=zh,
        token=TOKEN,
        asset=built.asset,
        strings=built.strings("zh" if zh else "en"),
        t=lambda chinese, english: chinese if zh else english,
        **more,
    )


def open_browser(playwright: Any) -> Browser:
    """The system's chromium."""
    opened: Browser = launched(playwright, built.browser())
    return opened


def main(folder: Path) -> None:
    """Take pictures of the gallery."""
    from tests.editor.fake_server import serve

    folder.mkdir(parents=True, exist_ok=True)
    with serve() as server, sync_playwright() as playwright:
        browser = open_browser(playwright)
        for lang in LANGUAGES:
            for theme in THEMES:
                for width in WIDTHS:
                    page = browser.new_page(viewport={"width": width, "height": 900})
                    page.goto(f"{server.address}/gallery?lang={lang}&theme={theme}")
                    page.screenshot(path=folder / f"gallery-{lang}-{theme}-{width}.png", full_page=True)
                    page.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
