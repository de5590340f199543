"""Every page and every role, from the table of routes: who may is let in, who may not is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from editor.rights import RIGHTS, Right, Role
from tests.company import stories_in
from tests.editor.served import HEADERS
from tests.editor.signed_in import PAGE, ROLES, add, app_of, signed_in, token_of

SAMPLES = {"file": "wake.yaml", "path": "none.js", "name": "nobody-at-all", "filename": "none.js"}
"""What stands for the parameters of an address; what is missing here stands as 1."""
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    found = app_of(stories_in(tmp_path_factory.mktemp("matrix") / "company"))
    add(found, "admin", "admin")
    for role in ROLES[:-1]:
        add(found, role, role)
    return found


def addresses(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Method, address and page of every route."""
    for rule in app.url_map.iter_rules():
        address = re.sub(r"<(?:[^:<>]*:)?([^<>]+)>", lambda one: SAMPLES.get(one[1], "1"), rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, address, rule.endpoint


def asked(client: FlaskClient, method: str, address: str, token: str = "") -> int:
    headers = {**HEADERS, "Accept": "application/json"} | ({"X-CSRFToken": token} if token else {})
    if method == "GET":
        headers = PAGE
    return client.open(address, method=method, headers=headers, data={}).status_code


def is_door(app: Flask, page: str) -> bool:
    """Programs of other machines bring no session that anybody could misuse; tests of doors try them."""
    return getattr(app.view_functions[page], "is_door", False)


def test_every_page_lets_in_who_may_and_nobody_else(app: Flask) -> None:
    people: dict[str, FlaskClient] = {one: signed_in(app, one) for one in ROLES}
    tokens = {one: token_of(client, "/my-account") for one, client in people.items()}
    wrong, seen = [], 0
    for method, address, endpoint in addresses(app):
        right = app.view_functions[endpoint].right  # type: ignore[attr-defined]  # the mark of editor.rights
        if endpoint == "workflows.sign_out":
            continue  # it would end the sessions that are tried
        for role in ROLES:
            code = asked(people[role], method, address, tokens[role])
            is_in = right in RIGHTS[Role(role)]
            seen += 1
            if (code != 403) != is_in or code in {401, 500}:
                wrong.append((method, address, role, code))
        code = asked(app.test_client(), method, address)
        is_shown_sign_in = method == "GET" and not address.partition("?")[0].endswith(".json")
        if right is not Right.OPEN and code != (302 if is_shown_sign_in else 401):
            wrong.append((method, address, "anonymous", code))
    assert wrong == []
    assert seen > 6 * 20


def test_nothing_is_changed_without_the_token_of_the_page(app: Flask) -> None:
    client = signed_in(app, "admin")
    unsafe = [
        (way, address) for way, address, page in addresses(app) if way in UNSAFE and not is_door(app, page)
    ]
    assert {asked(client, *one) for one in unsafe} == {400}
    assert client.get("/users", headers=PAGE).status_code == 200


def test_a_foreign_page_gets_nothing(app: Flask) -> None:
    client = signed_in(app, "admin")
    for method, address, page in addresses(app):
        if is_door(app, page):
            continue
        for foreign in ({"Origin": "http://evil.example"}, {"Host": "evil.example"}):
            code = client.open(address, method=method, headers={**PAGE, **foreign}).status_code
            assert code == 403, (method, address, foreign)


def test_every_answer_is_guarded(app: Flask) -> None:
    client = signed_in(app, "admin")
    for method, address, endpoint in addresses(app):
        if method == "GET" and endpoint != "assets.file":
            headers = client.get(address, headers=PAGE).headers
            assert headers["Cache-Control"] == "no-store", address
            assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], address


def test_who_may_not_open_the_settings_is_told_that_it_is_their_role(app: Flask) -> None:
    """Not that they come from elsewhere."""
    client = signed_in(app, "publisher")
    answers = [client.get("/workflows/workspace.yaml", headers=PAGE)]
    token = {"X-CSRFToken": token_of(client, "/my-account")}
    said, headers = {"source": "a: 1\n"}, {**HEADERS, **token}
    answers.append(client.post("/draft/workspace.yaml", json=said, headers=headers))
    answers.append(client.post("/publish/workspace.yaml", data=said, headers=headers))
    for answer in answers:
        told = answer.json["message"] if answer.is_json else answer.text
        assert (answer.status_code, "您的角色不能做这件事" in told) == (403, True)


def test_an_address_of_json_refuses_in_json(app: Flask) -> None:
    """Whatever a browser says that it takes."""
    answers = {
        401: app.test_client().get("/runs.json", headers=PAGE),
        403: signed_in(app, "rep").get("/runs.json", headers=PAGE),
        404: signed_in(app, "viewer").get("/runs/4711.json", headers=PAGE),
    }
    for status, answer in answers.items():
        assert (answer.status_code, answer.mimetype) == (status, "application/json")
        assert answer.json["message"]
