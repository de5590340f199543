"""Programs at the door: signed events, whether all is well, figures, and the description that they meet."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from hmac import new
from typing import Any

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from editor import create_app
from editor.studio import Studio
from tests.company import Company
from tests.editor.house import asking, house
from tests.editor.served import HEADERS, SECRET

NAME, WORD = "WAKELINE_TEST_EVENTS", "又长又难猜"
ELSEWHERE = {"Host": "crm.example.cn", "Origin": "https://crm.example.cn"}
EVENT = {"workflow": "wake", "record": "C005", "key": "order-1", "data": {"金额": 100}}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with house(tmp_path_factory.mktemp("house"), woken=4) as found:
        found.write({"+workspace.yaml": f"events: {{secret_env: {NAME}}}\n"})
        yield found


@pytest.fixture
def client(found: Company, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Forms are checked: this door is not one."""
    monkeypatch.setenv(NAME, WORD)
    return asking(found, checks_forms=True)


def signed(body: bytes, *, at: float | None = None, word: str = WORD) -> dict[str, str]:
    """The headers, as docs and /openapi.json say they are made."""
    timestamp = str(int(time.time() if at is None else at))
    told = new(word.encode(), f"{timestamp}.".encode() + body, sha256).hexdigest()
    return {"Wakeline-Timestamp": timestamp, "Wakeline-Signature": told}


def put(client: FlaskClient, event: Any, **more: Any) -> tuple[int, Any]:
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    headers = {**ELSEWHERE, "Accept-Language": "en", **(more.pop("headers", None) or signed(body, **more))}
    answer = client.post("/api/events", data=body, headers=headers)
    assert answer.content_type == "application/json", answer.text
    assert "Set-Cookie" not in answer.headers
    return answer.status_code, answer.json


def test_a_signed_event_comes_in_once(client: FlaskClient, found: Company) -> None:
    status, first = put(client, EVENT)
    again = put(client, EVENT)
    later = put(client, EVENT, at=time.time() - 200)

    assert (status, first["is_new"]) == (202, True)
    assert again == later == (202, {"id": first["id"], "is_new": False})
    (event,) = found.answer("events")
    assert (event["id"], event["record"], event["details"]) == (first["id"], "C005", {"data": {"金额": 100}})


@pytest.mark.parametrize("minutes", [-5.2, 5.2])
def test_a_stale_event_is_refused(client: FlaskClient, found: Company, minutes: float) -> None:
    before = found.place.dump()
    status, told = put(client, {**EVENT, "key": "stale"}, at=time.time() + 60 * minutes)

    assert (status, told["code"]) == (401, "W841")
    assert "5 minutes" in told["message"]
    assert found.place.dump() == before


def test_who_does_not_know_the_secret_is_refused(client: FlaskClient, found: Company) -> None:
    before, body = found.place.dump(), json.dumps({**EVENT, "key": "forged"}).encode()
    headers = signed(body)
    forged = [
        signed(body, word="geraten"),
        signed(body.replace(b"C005", b"C006")),  # a signature of something else
        {**headers, "Wakeline-Timestamp": str(int(time.time()) + 1)},
        {**headers, "Wakeline-Signature": ""},
        {**headers, "Wakeline-Signature": "é"},
        {"Wakeline-Signature": headers["Wakeline-Signature"]},
        {"Cookie": "session=x"},
    ]
    for one in forged:
        status, told = put(client, body, headers=one)
        assert (status, told["code"]) == (401, "W840")
    assert found.place.dump() == before


@pytest.mark.parametrize(
    "event, status, code",
    [
        ({**EVENT, "workflow": "wakee"}, 404, "W912"),
        ({**EVENT, "record": "C999"}, 404, "W915"),
        ({**EVENT, "more": 1}, 400, "W842"),
        ({"workflow": "wake", "record": "C005"}, 400, "W842"),
        ({**EVENT, "record": 5}, 400, "W842"),
        ({**EVENT, "record": "C\u0000"}, 400, "W842"),
        ({**EVENT, "key": " "}, 400, "W842"),
        ({**EVENT, "data": [1]}, 400, "W842"),
        (b'{"workflow": "wake", "record": "C005", "key": "a", "data": {"a": NaN}}', 400, "W842"),
        (b'{"workflow": "wake", "record": "C005", "key": "a", "data": {"a": 1e400}}', 400, "W842"),
        (b'{"workflow": "wake", "record": "C005", "key": "a", "data": {"a": "\\ud800"}}', 400, "W842"),
        (b"\xff\xfe", 400, "W842"),
        (b"[" * 50_000, 400, "W842"),
        ([EVENT], 400, "W842"),
        ({**EVENT, "data": {"a": "x" * 70_000}}, 413, "W843"),
    ],
)
def test_what_is_no_event_is_told_so(
    client: FlaskClient, found: Company, event: Any, status: int, code: str
) -> None:
    before = found.place.dump()

    got, told = put(client, event)

    assert (got, told["code"]) == (status, code)
    assert told["message"]
    assert "Traceback" not in json.dumps(told)
    assert found.place.dump() == before


def test_it_answers_in_the_language_that_is_asked_for(client: FlaskClient) -> None:
    body = json.dumps({**EVENT, "record": "C999"}).encode()
    answer = client.post(
        "/api/events", data=body, headers={**HEADERS, **signed(body), "Accept-Language": "zh-HK"}
    )

    assert "没有编号或名称是“C999”的记录" in answer.json["message"]


def test_without_a_secret_the_door_is_shut(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    for word in ("", None):
        monkeypatch.delenv(NAME, raising=False) if word is None else monkeypatch.setenv(NAME, word)
        assert put(client, EVENT, word="")[0] == 404


def test_a_bug_is_told_without_a_trace(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> None:
        raise RuntimeError(WORD)

    monkeypatch.setattr("engine.front.Desk.put_signed", breaks)
    client.application.config["PROPAGATE_EXCEPTIONS"] = False
    status, told = put(client, EVENT)

    assert (status, told["code"]) == (500, "bug")
    assert WORD not in json.dumps(told, ensure_ascii=False)


def test_only_doors_are_open_to_others(client: FlaskClient) -> None:
    for url in ("/", "/runs", "/runs.json", "/metrics", "/openapi.json", "/holds"):
        assert client.get(url, headers=ELSEWHERE).status_code == 403
    assert client.get("/healthz", headers=ELSEWHERE).status_code == 200
    assert client.get("/api/events", headers=HEADERS).status_code == 405


# --- health and figures -----------------------------------------------------------------------------


def test_health_names_nobody(client: FlaskClient, found: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.services.health.FRESH", 0.0)
    well = client.get("/healthz", headers=HEADERS)
    assert (well.status_code, well.json["status"]) == (200, "note")
    assert {"group": "store", "name": "reachable", "status": "ok", "code": "W820"} in well.json["checks"]

    found.done("stop-sending", "--by", "王一", "--because", "客户甲投诉")
    with found.place.look() as connection:
        connection.execute("INSERT INTO wakeline_facts VALUES ('clock_jumped', '2026-03-31T00:00:00Z')")
        connection.commit()
    ill = client.get("/healthz", headers=HEADERS)
    with found.place.look() as connection:
        connection.execute("DELETE FROM wakeline_facts WHERE name = 'clock_jumped'")
        connection.commit()

    assert (ill.status_code, ill.json["status"]) == (503, "problem")
    assert "王一" not in ill.get_data(as_text=True).encode().decode("unicode_escape")


def test_figures_are_those_of_the_ledger(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    text = client.get("/metrics", headers=HEADERS).text

    assert 'wakeline_runs{state="done",workflow="wake"} 1.0' in text
    assert 'wakeline_runs{state="held",workflow="big"} 1.0' in text
    assert "worker_up" not in text  # the editor is none
    del client.application.extensions["metrics"]
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    assert client.get("/metrics", headers=HEADERS).status_code == 404


# --- the description --------------------------------------------------------------------------------


@pytest.fixture
def described(client: FlaskClient) -> dict[str, Any]:
    return dict(client.get("/openapi.json?lang=en", headers=HEADERS).json)


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, one in methods.items():
            yield path, method, one


def test_every_address_of_programs_is_described(found: Company, described: dict[str, Any]) -> None:
    """Whatever answers JSON, CSV or text by its name, or takes what is no form of ours."""
    app = create_app(Studio(found.root), SECRET)
    for_programs = {
        (re.sub(r"<(?:.*:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.endswith((".json", ".csv", "/healthz", "/metrics")) or rule.rule.startswith("/api/")
    }

    assert {(path, method) for path, method, _ in operations(described)} == for_programs
    for _, _, one in operations(described):
        assert all(answer["description"] for answer in one["responses"].values())
        for answer in one["responses"].values():
            for content in answer.get("content", {}).values():
                Draft202012Validator.check_schema(content["schema"])


def test_answers_are_as_described(client: FlaskClient, described: dict[str, Any]) -> None:
    for path, method, one in operations(described):
        if method == "get":
            filled = path.replace("{run}", "2").replace("{key}", "workflows").replace("{name}", "none")
            answer = client.get(filled, headers=HEADERS)
            _holds(one, answer)
            if any(each["name"] == "page" for each in one.get("parameters", ())):
                wrong = client.get(f"{path}?page=0", headers=HEADERS)
                _holds(one, wrong)
    missing = described["paths"]["/runs/{run}.json"]["get"]
    _holds(missing, client.get("/runs/999.json", headers=HEADERS))
    _holds_for_events(client, described)


def _holds_for_events(client: FlaskClient, described: dict[str, Any]) -> None:
    one = described["paths"]["/api/events"]["post"]
    names = {each["name"] for each in one["parameters"]}
    schema = one["requestBody"]["content"]["application/json"]["schema"]
    Draft202012Validator(schema).validate(EVENT)
    assert names == set(signed(b""))
    large, seen = {**EVENT, "data": {"a": "x" * 70_000}}, set()
    for event, word in (
        (EVENT, WORD),
        (EVENT, "no"),
        ({}, WORD),
        ({**EVENT, "record": "no"}, WORD),
        (large, WORD),
    ):
        body = json.dumps(event).encode()
        answer = client.post("/api/events", data=body, headers={**HEADERS, **signed(body, word=word)})
        _holds(one, answer)
        seen.add(answer.status_code)
    assert seen == {int(status) for status in one["responses"]} - {500, 503}


def _holds(operation: dict[str, Any], answer: Any) -> None:
    told = operation["responses"][str(answer.status_code)]
    for kind, content in told.get("content", {}).items():
        assert answer.mimetype == kind
        if kind == "application/json":
            Draft202012Validator(content["schema"]).validate(answer.json)


def test_the_parameters_are_those_that_are_taken(client: FlaskClient, described: dict[str, Any]) -> None:
    for path, _, one in operations(described):
        for each in one.get("parameters", ()):
            if each["in"] == "query" and "enum" in each["schema"]:
                for value in each["schema"]["enum"]:
                    assert client.get(f"{path}?{each['name']}={value}", headers=HEADERS).status_code == 200
                assert client.get(f"{path}?{each['name']}=nonsense", headers=HEADERS).status_code == 400
