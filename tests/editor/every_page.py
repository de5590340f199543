"""Every page of the editor, by the name of its function, as it is opened in the furnished house.

`python -m tests.editor.every_page FOLDER` writes pictures of them all: two languages, light and dark, wide
and narrow.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from flask import Flask
from playwright.sync_api import Page, sync_playwright

from editor import create_app
from editor.studio import Studio
from tests.editor.built import open_browser
from tests.editor.furnished import CONTESTED, FIRST, OTHER, furnish
from tests.editor.served import KEY, SECRET, serving

WIDE, NARROW, NARROWEST = 1280, 375, 320
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WHOLE = "WAKELINE_WHOLE_MATRIX"
"""Set, every page is looked at in every width and theme."""
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}

ONE_RUN = {"run": "8"}
PAGES: Mapping[str, Sequence[Mapping[str, str]]] = {
    "workflows.index": [{}, {"q": "沉默"}, {"q": "nothing is called that"}],
    "workflows.workflow": [
        {"file": FIRST},
        *({"file": FIRST, "tab": tab} for tab in ("yaml", "flow", "dry-run", "runs")),
        {"file": "tables.yaml"},
        {"file": "segments.yaml"},
        {"file": "workspace.yaml"},
    ],
    "workflows.versions": [{"file": FIRST}],
    "workflows.version": [{"file": FIRST, "number": "1"}],
    "workflows.ask_pause": [{"file": FIRST}],
    "workflows.conflict": [{"file": CONTESTED}],
    "workflows.show_draft": [{"file": FIRST, "person": OTHER}],
    "workflows.new": [{}],
    "workflows.new_from_playbook": [{"playbook": FIRST}],
    "workflows.duplicate": [{"file": FIRST}],
    "workflows.proposals": [{}],
    "workflows.proposal": [{"number": "1"}],
    "workflows.runs": [{}, {"state": "held"}],
    "workflows.run": [ONE_RUN, {"run": "6"}],
    "workflows.record": [{**ONE_RUN, "key": "C00005"}],
    "workflows.plan_undo": [ONE_RUN],
    **{
        f"workflows.{name}": [{}]
        for name in ("enrollments", "journal", "failures", "outbox", "inbox", "events", "asks", "holds")
    },
    "workflows.templates": [{}],
    "workflows.template": [{"name": "90 天唤醒.yaml"}],
    "workflows.model": [{}],
    "workflows.model_text": [{}],
    "workflows.without": [{"module": "customers", "field": "tier", "value": "A"}],
    "workflows.reports": [{"since": "2026-03-01", "until": "2026-04-30"}],
    **{f"workflows.{name}": [{}] for name in ("settings", "users", "audit", "my_account", "sign_in")},
}
ELSEWHERE = {
    *("dry_run", "find_in_dry_run", "record_of_dry_run", "dry_run_progress", "refused_of_dry_run"),
    *("mail_to_record", "mail_of_dry_run"),  # test_trying_seen.py makes a dry run first
    "user",  # test_signing_in.py makes accounts, whereupon the owner has to leave
}

NO_PAGES = {
    *("assets.file", "workflows.ping", "workflows.newer", "workflows.find_in_run"),
    *("workflows.healthz", "workflows.metrics", "workflows.openapi", "workflows.licences"),
    *(f"workflows.{name}" for name in ELSEWHERE),
}
"""What a browser or a program asks for by itself; beside them what ends in `_csv` and `_json`."""


def addresses(app: Flask) -> Iterator[tuple[str, str]]:
    """Name and address of every page, as often as it looks different."""
    with app.test_request_context("http://localhost/"):
        for endpoint, samples in PAGES.items():
            for number, facts in enumerate(samples):
                name = endpoint.rpartition(".")[2] + (f"-{number}" if number else "")
                yield name, app.url_for(endpoint, **facts)


def endpoints(app: Flask) -> set[str]:
    """What a person can open."""
    found = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    return {one for one in found if not one.endswith(("_csv", "_json"))}


def app_of(root: Path) -> Flask:
    """The application of a house, to ask it for its addresses."""
    return create_app(Studio(root), SECRET)


def settle(page: Page) -> None:
    """What a page asks for by itself has come."""
    page.wait_for_load_state("networkidle")


def take_pictures(page: Page, folder: Path, name: str) -> None:
    """As wide and as narrow as readers have it, light and dark."""
    folder.mkdir(parents=True, exist_ok=True)
    for width in (WIDE, NARROW):
        page.set_viewport_size({"width": width, "height": 900})
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            page.screenshot(path=folder / f"{name}-{width}-{theme}.png", full_page=True)
    page.emulate_media(color_scheme="light")


def main(folder: Path) -> None:
    """Take pictures of every page."""
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        root = furnish(Path(place) / "house")
        browser: Any = open_browser(playwright)
        with serving(root) as server:
            for language, locale in LANGUAGES.items():
                page = browser.new_context(locale=locale).new_page()
                page.goto(f"{server}/?key={KEY}")
                for name, address in addresses(app_of(root)):
                    page.goto(server + address)
                    settle(page)
                    take_pictures(page, folder, f"{name}-{language}")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
