"""Several editors beside one workspace, and a power cut: nothing published is lost, nothing is half."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from editor.files import digest_of
from editor.releasing import catch_up
from editor.studio import Studio
from tests.editor.people import People
from tests.editor.served import client_of
from tests.editor.test_publish_dialog import NEW, OLD, Case

EDITORS, TIMES = 2, 3
PUBLISHING = """\
import re
import sys
from pathlib import Path
from editor.files import read_lying
from editor.releasing import Release, release
from editor.studio import Studio
root, store, name, times = sys.argv[1:]
studio, path, done = Studio(Path(root), store), Path(root) / "wake.yaml", 0
while done < int(times):
    lying = read_lying(path)
    text = re.sub("priority: (\\\\d+)", lambda one: f"priority: {int(one[1]) + 1}", lying.text)
    text = f"{text}# {name} {done}\\n"
    done += release(studio, Release("wake.yaml", text, {lying.name}, name)).is_written
"""
KILLED = """\
import os, signal, sys
from pathlib import Path
from editor import files, releasing
from editor.studio import Studio
from editor.files import digest_of
root, store, old, new, place = sys.argv[1:]
def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
whole = files.write_whole
def write(path, raw): die() if path.name == "wake.yaml" else whole(path, raw)
if place == "before the file": files.write_whole = write
if place == "before the note is gone": Path.unlink = die
wanted = releasing.Release("wake.yaml", new, {digest_of(old)}, "李娜", "断电")
releasing.release(Studio(Path(root), store), wanted)
"""


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    found = Case(tmp_path, monkeypatch, "AAB")
    found.set("publish: by_hand")
    found.company.call("publish", "wake")
    return found


def test_editors_at_the_same_time_lose_nothing(case: Case) -> None:
    begun = OLD + "priority: 0\n"
    case.company.write({"wake.yaml": begun})
    store = case.company.place.url
    start = [sys.executable, "-c", PUBLISHING, str(case.root), store]
    asked = [[*start, f"e{number}", str(TIMES)] for number in range(EDITORS)]
    running = [subprocess.Popen(one) for one in asked]
    seen = set[str]()
    while any(one.poll() is None for one in running):
        seen.add(case.file())
        time.sleep(0.005)
    assert [one.returncode for one in running] == [0] * EDITORS

    said = case.file().partition("priority:")[2].splitlines()[1:]
    assert sorted(said) == sorted(f"# e{n} {time}" for n in range(EDITORS) for time in range(TIMES))
    wholes = [
        OLD + f"priority: {count}\n" + "".join(f"{line}\n" for line in said[:count])
        for count in range(len(said) + 1)
    ]
    assert seen <= set(wholes)  # nobody has ever read half of one, or one that was lost afterwards
    releases = Studio(case.root, store).desk().releases
    kept = [releases.files_of(one)["wake.yaml"] for one in reversed(releases.versions("wake"))]
    assert kept == [OLD, *wholes[1:]]  # one chain
    assert not list((case.root / ".wakeline" / "publishing").glob("*"))


@pytest.mark.parametrize("place", ["before the file", "before the note is gone"])
def test_whoever_is_killed_leaves_file_and_ledger_agreed_after_a_start(case: Case, place: str) -> None:
    arguments = [sys.executable, "-c", KILLED, str(case.root), case.company.place.url, OLD, NEW, place]
    assert subprocess.run(arguments, check=False).returncode == -signal.SIGKILL

    catch_up(Studio(case.root, case.company.place.url))

    is_there = place == "before the note is gone"
    assert case.file() == (NEW if is_there else OLD)
    by = [one for (one,) in case.rows("SELECT published_by FROM wakeline_versions ORDER BY id")]
    assert by[1:] == (["李娜"] if is_there else [])
    desk = Studio(case.root, case.company.place.url).desk()
    own = desk.workspace.workflow("wake")
    assert own is not None
    assert desk.releases.newest()["wake"].version == own.version
    assert not list((case.root / ".wakeline" / "publishing").glob("*"))


def test_a_link_out_of_the_workspace_is_neither_read_nor_written(
    case: Case, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "wake.yaml"
    outside.write_text(OLD, "utf-8")
    (case.root / "wake.yaml").unlink()
    (case.root / "wake.yaml").symlink_to(outside)
    (case.root / "near.yaml").symlink_to(case.root / "model.yaml")

    for answer in (
        case.people.get("/workflows/wake.yaml"),
        case.people.post("/publish/wake.yaml", source=NEW, base=digest_of(OLD)),
    ):
        assert answer.status_code == 409
        told = answer.json["message"] if answer.is_json else answer.text
        assert "指向工作区以外" in told
    assert outside.read_text("utf-8") == OLD
    code, out, _ = case.company.call("check")
    assert (code, "W101" in out, out.count("W101")) == (1, True, 1)  # the link inside is read


def test_a_workspace_behind_a_link_is_as_good(
    case: Case, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = tmp_path_factory.mktemp("linked") / "link"
    link.symlink_to(case.root)
    people = People(client_of(link, store=case.company.place.url), monkeypatch, case.root)

    assert people.post("/publish/wake.yaml", source=NEW, base=digest_of(OLD)).status_code == 204

    assert case.file() == NEW
