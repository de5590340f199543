"""Signing in and out, sessions that end, the link of the owner, where somebody is led afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from editor.entrance import safe_address
from engine import Gatehouse
from tests.company import stories_in
from tests.editor.served import HEADERS, KEY
from tests.editor.signed_in import PAGE, add, app_of, sent, signed_in, token_of
from tests.engine.gates import BY, WORD

ELSEWHERE = "another good password"


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """An editor with two accounts."""
    found = app_of(stories_in(tmp_path / "company"))
    add(found, "lina", "admin")
    add(found, "bo", "editor")
    return found


def gate(app: Flask) -> Gatehouse:
    found: Gatehouse = app.extensions["studio"].gatehouse()
    return found


def told(app: Flask) -> list[tuple[str, str, str]]:
    return [(one.who, one.deed, one.address) for one in gate(app).entries()][::-1][2:]


def test_somebody_signs_in_goes_where_they_wanted_and_out_again(app: Flask) -> None:
    client = app.test_client()
    away = client.get("/my-account?x=1", headers=PAGE)
    assert (away.status_code, away.location) == (302, "/sign-in?next=/my-account?x%3D1")
    form = {"csrf_token": token_of(client), "name": " BO ", "password": WORD}
    inside = client.post(away.location, data=form, headers=PAGE)
    assert (inside.status_code, inside.location) == (303, "/my-account?x=1")
    assert "bo" in client.get("/my-account", headers=PAGE).text
    assert client.get("/sign-in", headers=PAGE).location == "/"
    assert sent(client, "/sign-out").location == "/sign-in"
    assert client.get("/my-account", headers=PAGE).status_code == 302
    assert told(app) == [("bo", "signed_in", "127.0.0.1"), ("bo", "signed_out", "127.0.0.1")]


def test_the_dialog_over_a_page_asks_as_json(app: Flask) -> None:
    client, asked = app.test_client(), {**HEADERS, "Accept": "application/json"}
    assert client.post("/analyse/x.yaml", json={}, headers=asked).status_code == 401
    form = {"name": "bo", "password": "wrong horse"}
    stale = client.post("/sign-in", data=form, headers=asked)
    assert stale.status_code == 400
    with_token = {**asked, "X-CSRFToken": stale.json["csrf"]}
    wrong = client.post("/sign-in", data=form, headers=with_token)
    assert (wrong.status_code, set(wrong.json)) == (422, {"message"})
    right = client.post("/sign-in", data={**form, "password": WORD}, headers=with_token)
    assert (right.status_code, set(right.json)) == (200, {"csrf"})
    fresh = {**asked, "X-CSRFToken": right.json["csrf"]}
    assert client.post("/analyse/x.yaml", json={}, headers=fresh).status_code == 404  # no such file


def test_a_name_that_is_none_is_told_the_same(app: Flask) -> None:
    client = app.test_client()
    token = token_of(client)
    said = [
        client.post("/sign-in", data={"csrf_token": token, "name": one, "password": "wrong"}, headers=PAGE)
        for one in ("bo", "nobody")
    ]
    pages = [one.text.replace('value="bo"', 'value="nobody"') for one in said]
    assert [one.status_code for one in said] == [422, 422]
    assert [page[page.index("<main") : page.index("</form>")].count("nobody") for page in pages] == [1, 1]
    assert all("账号或密码不对" in page or "Name or password" in page for page in pages)


def test_too_many_tries_are_told_and_not_looked_at(app: Flask) -> None:
    client = app.test_client()
    token, asked = token_of(client), app.extensions["studio"].passwords
    before = asked.checked
    codes = [
        client.post(
            "/sign-in", data={"csrf_token": token, "name": "bo", "password": f"guess {n}"}, headers=PAGE
        ).status_code
        for n in range(12)
    ]
    assert (codes, asked.checked - before) == ([422] * 5 + [429] * 7, 5)


@pytest.mark.parametrize("how", ["password", "role", "disable", "own"])
def test_every_other_session_ends_at_once(app: Flask, how: str) -> None:
    one, other = signed_in(app, "bo"), signed_in(app, "bo")
    acts: dict[str, Any] = {
        "password": lambda: gate(app).set_password("bo", ELSEWHERE, BY),
        "role": lambda: gate(app).set_role("bo", "viewer", BY),
        "disable": lambda: gate(app).disable("bo", BY),
        "own": lambda: sent(one, "/my-account", old=WORD, new=ELSEWHERE, again=ELSEWHERE),
    }
    acts[how]()
    assert other.get("/", headers=PAGE).status_code == 302
    assert one.get("/", headers=PAGE).status_code == (200 if how == "own" else 302)


def test_a_copy_of_a_session_that_was_ended_is_worth_nothing(app: Flask) -> None:
    """Whoever has taken the cookie is out as well; another device of the same account stays in."""
    one, other, copy = signed_in(app, "bo"), signed_in(app, "bo"), app.test_client()
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = one.get_cookie(name)
    assert cookie is not None
    copy.set_cookie(name, cookie.value)
    assert copy.get("/my-account", headers=PAGE).status_code == 200

    assert sent(one, "/sign-out").location == "/sign-in"

    copy.set_cookie(name, cookie.value)
    assert copy.get("/my-account", headers=PAGE).status_code == 302
    assert other.get("/my-account", headers=PAGE).status_code == 200
    assert signed_in(app, "bo").get("/my-account", headers=PAGE).status_code == 200


def test_a_session_is_another_after_signing_in(app: Flask) -> None:
    """What somebody has put into a browser before is worth nothing afterwards."""
    client = app.test_client()
    token = token_of(client)
    with client.session_transaction(headers=HEADERS, base_url="http://localhost") as session:
        session["planted"] = "x"
        before = session["csrf_token"]
    client.post("/sign-in", data={"csrf_token": token, "name": "bo", "password": WORD}, headers=PAGE)
    client.get("/", headers=PAGE)
    with client.session_transaction(headers=HEADERS, base_url="http://localhost") as session:
        assert "planted" not in session
        assert session.get("csrf_token") != before


def test_the_cookie_is_for_this_server_alone(app: Flask) -> None:
    client = app.test_client()
    form = {"csrf_token": token_of(client), "name": "bo", "password": WORD}
    (cookie,) = client.post("/sign-in", data=form, headers=PAGE).headers.getlist("Set-Cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    safely = app.test_client().get("/sign-in", headers=PAGE, base_url="https://localhost")
    assert ["Secure" in one for one in safely.headers.getlist("Set-Cookie")] == [True]


def test_a_session_ends_after_half_a_day_without_a_request(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in(app, "bo")

    def wait(hours: float) -> None:
        now = datetime.now(timezone.utc) + timedelta(hours=hours)  # noqa: UP017 - beside itsdangerous' own
        monkeypatch.setattr(
            "itsdangerous.timed.TimestampSigner.get_timestamp", lambda _: int(now.timestamp())
        )

    wait(11)
    assert client.get("/", headers=PAGE).status_code == 200
    wait(22)  # each request begins the time anew
    assert client.get("/", headers=PAGE).status_code == 200
    wait(35)
    assert client.get("/", headers=PAGE).status_code == 302


def test_a_stolen_session_is_worth_nothing_in_another_browser(app: Flask) -> None:
    client, other = signed_in(app, "bo"), app.test_client()
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = client.get_cookie(name)
    assert cookie is not None
    other.set_cookie(name, cookie.value)
    assert other.get("/", headers={**PAGE, "User-Agent": "another"}).status_code == 302


# --- as long as nobody has an account -----------------------------------------------------------------------


def test_the_link_of_the_command_lets_the_owner_in(tmp_path: Path) -> None:
    app = app_of(stories_in(tmp_path / "company"))
    stranger, owner = app.test_client(), app.test_client()
    assert stranger.get("/", headers=PAGE).location == "/sign-in?next=/"
    assert "wakeline edit" in stranger.get("/sign-in", headers=PAGE).text
    for wrong in ("", "x", KEY[:-1], f"{KEY}x", "é"):
        assert stranger.get("/", query_string={"key": wrong}, headers=PAGE).location == "/"
        assert stranger.get("/", headers=PAGE).status_code == 302
    assert owner.get("/", query_string={"q": "a b", "key": KEY}, headers=PAGE).location == "/?q=a+b"
    assert owner.get("/users", headers=PAGE).status_code == 200
    letter = "/templates/90%20%E5%A4%A9.yaml"
    assert owner.get(letter, query_string={"key": KEY}, headers=PAGE).location == letter
    assert stranger.get(letter, headers=PAGE).location == f"/sign-in?next={quote(letter, safe='/')}"

    made = {"name": "lina", "password": WORD, "role": "admin", "person": ""}
    assert sent(owner, "/users", **{**made, "role": "editor"}).status_code == 422
    assert sent(owner, "/users", **made).status_code == 303
    # From now on everybody signs in, by the link nobody comes in any more.
    assert owner.get("/", headers=PAGE).status_code == 302
    owner.get("/", query_string={"key": KEY}, headers=PAGE)
    assert owner.get("/", headers=PAGE).status_code == 302
    assert signed_in(app, "lina").get("/users", headers=PAGE).status_code == 200


def test_without_a_key_there_is_no_such_link(tmp_path: Path) -> None:
    app = app_of(stories_in(tmp_path / "company"), key="")
    client = app.test_client()
    client.get("/", query_string={"key": ""}, headers=PAGE)
    assert client.get("/", headers=PAGE).status_code == 302


@pytest.mark.parametrize(
    "asked, led",
    [
        ("/", "/"),
        ("/workflows/a.yaml?tab=yaml", "/workflows/a.yaml?tab=yaml"),
        ("/workflows/%E5%94%A4.yaml", "/workflows/%E5%94%A4.yaml"),
        *(
            (one, "/")
            for one in (
                "//evil.example",
                "///evil.example",
                "https://evil.example",
                "/\\evil.example",
                "\\\\evil.example",
                "/\t/evil.example",
                "/\n/evil.example",
                " //evil.example",
                "javascript:alert(1)",
                "evil.example",
                "http:///evil.example",
                "http://[::1",
                "",
            )
        ),
    ],
)
def test_nobody_is_led_elsewhere(asked: str, led: str) -> None:
    assert safe_address(asked) == led


def test_the_first_account_ends_the_way_in_without_one_and_says_so(tmp_path: Path) -> None:
    client = app_of(stories_in(tmp_path / "first")).test_client()
    client.get(f"/?key={KEY}", headers=PAGE)
    form = {"name": "anna", "password": WORD, "role": "admin", "csrf_token": token_of(client, "/users")}
    client.post("/users", data=form, headers=PAGE)

    asked = client.get("/users", headers=PAGE)
    assert asked.headers["Location"] == "/sign-in?next=/users"
    assert "从现在起，所有人都要登录" in client.get(asked.headers["Location"], headers=PAGE).text
