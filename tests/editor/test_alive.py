"""What looks as if it could be pressed can be, by whoever sees it; what they may not do says so, and why.

Read from the pages themselves: every form, button and link leads to a route, and the route asks for a right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from editor.rights import RIGHTS, Right, Role
from tests.editor.house import ZONE_AT, house
from tests.editor.signed_in import PAGE, ROLES, add, app_of, signed_in

FACTS = {"file": "wake.yaml", "run": "2", "key": "C003", "name": "问候.yaml", "person": "admin"}
"""What stands for the parameters of an address; what is missing here stands as 1."""
VOID = {"input", "br", "img", "link", "meta", "hr", "col"}
WRITING = ("data-edit", "data-fix")
"""Marks of what changes the text on the screen: it cannot be kept without the right to draft."""
ACTING = ("action", "hx-post", "hx-get", "formaction", "href")


@dataclass
class Part:
    """An element with what stands in it."""

    tag: str
    marks: dict[str, str] = field(default_factory=dict)
    parts: list[Part] = field(default_factory=list)
    above: Part | None = None
    text: str = ""

    def every(self) -> Iterator[Part]:
        for one in self.parts:
            yield one
            yield from one.every()

    def up(self) -> Iterator[Part]:
        yield self
        if self.above is not None:
            yield from self.above.up()

    @property
    def words(self) -> str:
        return " ".join((self.text + " ".join(one.words for one in self.parts)).split())

    @property
    def is_dead(self) -> bool:
        """It does nothing, and says so to whoever cannot see that."""
        if self.tag == "a" or self.marks.get("aria-disabled") == "true":
            return self.marks.get("aria-disabled") == "true"
        return any(one.tag == "fieldset" and "disabled" in one.marks for one in self.up())

    @property
    def reasons(self) -> set[str]:
        """The parts that say why."""
        return {name for one in self.up() for name in one.marks.get("aria-describedby", "").split()}


class Reader(HTMLParser):
    """The parts of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.page = self.now = Part("page")
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = Part(tag, {name: value or "" for name, value in attrs}, above=self.now)
        self.now.parts.append(found)
        if tag not in VOID:
            self.now = found

    def handle_endtag(self, tag: str) -> None:
        if any(one.tag == tag for one in self.now.up()):
            while self.now.tag != tag:
                self.now = self.now.above or self.page
            self.now = self.now.above or self.page

    def handle_data(self, data: str) -> None:
        self.now.text += data


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with house(tmp_path_factory.mktemp("alive"), woken=4) as found:
        app = app_of(found.root, at=ZONE_AT)
        add(app, "admin", "admin")
        for role in ROLES[:-1]:
            add(app, role, role, "S2" if role in {"rep", "supervisor"} else "")
        yield app


@pytest.fixture(scope="module")
def seen(app: Flask) -> dict[str, dict[str, Part]]:
    """Every page by its address, as each role sees it."""
    found: dict[str, dict[str, Part]] = {}
    for role in ROLES:
        client = signed_in(app, role)
        pages = {address: read(client, address) for address in addresses(app, role)}
        found[role] = {address: page for address, page in pages.items() if page is not None}
    return found


def addresses(app: Flask, role: str) -> Iterator[str]:
    for rule in app.url_map.iter_rules():
        right = app.view_functions[rule.endpoint].right  # type: ignore[attr-defined]  # of editor.rights
        is_page = "GET" in (rule.methods or ()) and right in RIGHTS[Role(role)]
        if is_page and not rule.rule.endswith((".csv", ".json")) and rule.endpoint != "assets.file":
            yield re.sub(r"<(?:[^:<>]*:)?([^<>]+)>", lambda one: FACTS.get(one[1], "1"), rule.rule)
    yield from ("/workflows/workspace.yaml", "/runs/1") if role == "admin" else ()


def read(client: FlaskClient, address: str) -> Part | None:
    answer = client.get(address, headers=PAGE)
    is_page = answer.status_code == 200 and answer.mimetype == "text/html"
    return Reader(answer.text).page if is_page else None


def right_of(app: Flask, page: str, address: str, method: str) -> Right | None:
    """What the route behind an address asks for; None where it leads away from the server."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or address.startswith("#"):
        return None
    try:
        endpoint, _ = app.url_map.bind("localhost").match(parts.path or page, method=method)
    except HTTPException as failure:
        raise AssertionError((page, address, method)) from failure
    right: Right = app.view_functions[endpoint].right  # type: ignore[attr-defined]  # as above
    return right


def pressable(app: Flask, address: str, page: Part) -> Iterator[tuple[Part, Right]]:
    """Whatever leads somewhere or changes something, with the right that it needs."""
    for one in page.every():
        if any(mark in one.marks for mark in WRITING) or one.marks.get("data-do") == "insert-text":
            yield one, Right.DRAFT
        for mark in ACTING:
            if mark in one.marks and one.tag not in {"link", "form"}:
                method = "GET" if mark in {"href", "hx-get"} else "POST"
                right = right_of(app, address, one.marks[mark], method)
                if right is not None:
                    yield one, right
        if one.tag == "form" and one.marks.get("method") != "dialog" and "data-sign-in" not in one.marks:
            method = "POST" if "hx-post" in one.marks else one.marks.get("method", "get").upper()
            leads = one.marks.get("hx-post") or one.marks.get("action") or address
            right = right_of(app, address, leads, method)
            yield from ((each, right) for each in one.every() if right is not None and is_control(each))


def is_control(one: Part) -> bool:
    """Whether somebody fills or sends the form by it."""
    is_one = one.tag in {"button", "input", "select", "textarea"} and "formaction" not in one.marks
    return is_one and one.marks.get("type") not in {"hidden", "button"}


def test_nothing_that_would_be_refused_looks_alive(app: Flask, seen: dict[str, dict[str, Part]]) -> None:
    wrong, count = set(), 0
    for role, pages in seen.items():
        for address, page in pages.items():
            for part, right in pressable(app, address, page):
                count += 1
                if right not in RIGHTS[Role(role)] and not part.is_dead:
                    wrong.add((role, address, part.tag, part.words or part.marks.get("name", ""), right))
    assert sorted(wrong) == []
    assert count > 2_000


def test_what_is_dead_says_why(seen: dict[str, dict[str, Part]]) -> None:
    wrong, count = set(), 0
    for role, pages in seen.items():
        for address, page in pages.items():
            told = {one.marks["id"]: one.words for one in page.every() if "id" in one.marks}
            for one in page.every():
                is_whole = one.tag == "fieldset" and "disabled" in one.marks
                is_one = is_whole or one.marks.get("aria-disabled") == "true"
                if is_one and one.marks.get("data-do") not in {"undo", "redo"}:  # nothing to undo yet
                    count += 1
                    if not any(told.get(name) for name in one.reasons):
                        wrong.add((role, address, one.words))
    assert sorted(wrong) == []
    assert count > 10


def test_nothing_allowed_looks_dead(app: Flask, seen: dict[str, dict[str, Part]]) -> None:
    """By its words: what an administrator can press is dead to those alone who lack its right."""
    rights = {
        (address, part.words): right
        for address, page in seen["admin"].items()
        for part, right in pressable(app, address, page)
        if part.words and not part.is_dead
    }
    wrong, count = set(), 0
    for role, pages in seen.items():
        for address, page in pages.items():
            for one in page.every():
                right = rights.get((address, one.words))
                if right is not None and one.tag in {"a", "button"} and one.is_dead:
                    count += 1
                    if right in RIGHTS[Role(role)]:
                        wrong.add((role, address, one.words))
    assert sorted(wrong) == []
    assert count > 5
