"""The house: locks that are complete and belong to pyproject, and files that name no machine."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
BENCH = (ROOT / "requirements-bench.in").read_text(encoding="utf-8").splitlines()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WANTED = {
    "requirements.lock": PROJECT["dependencies"],
    "requirements-dev.lock": PROJECT["dependencies"] + PROJECT["optional-dependencies"]["test"],
    "requirements-bench.lock": [line for line in BENCH if not line.startswith("#")],
}
LOCKS = sorted(WANTED)


def entries(lock: str) -> dict[str, tuple[Requirement, list[str]]]:
    """Name -> what is pinned, and its hashes."""
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    pins = [re.split(r"\s+--hash=", line) for line in lines if line]
    found = [(Requirement(pin), hashes) for pin, *hashes in pins]
    return {canonicalize_name(each.name): (each, hashes) for each, hashes in found}


def version(pin: Requirement) -> str:
    return str(pin.specifier).removeprefix("==")


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_one_version_and_hashes(lock: str) -> None:
    for name, (pin, hashes) in entries(lock).items():
        assert re.fullmatch(r"==[\w.]+", str(pin.specifier)), name
        assert hashes, name
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", each) for each in hashes), name


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_holds_no_address_and_no_path(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")

    suspicious = re.compile(
        r"://|@\s|file:|^\s*-(?!-hash)|--(?!hash=)|^[^#]*\s/|[\w-]+\.(com|org|net|io|dev|cn)\b", re.MULTILINE
    )

    assert [line for line in text.splitlines() if suspicious.search(line)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_locked_versions_are_what_is_asked_for(lock: str) -> None:
    locked = entries(lock)

    for wanted in map(Requirement, WANTED[lock]):
        pin, _ = locked[canonicalize_name(wanted.name)]
        assert wanted.specifier.contains(version(pin)), f"{pin} is outside {wanted}: make lock"


def test_all_locks_hold_the_same_versions() -> None:
    runtime, development, bench = (
        {name: version(pin) for name, (pin, _) in entries(lock).items()}
        for lock in ("requirements.lock", "requirements-dev.lock", "requirements-bench.lock")
    )

    assert runtime == {name: development[name] for name in runtime}
    shared = bench.keys() & development.keys()
    assert {name: bench[name] for name in shared} == {name: development[name] for name in shared}


def test_pysqlite3_is_only_wanted_where_its_wheel_exists() -> None:
    marker = entries("requirements.lock")["pysqlite3"][0].marker
    linux = {"platform_python_implementation": "CPython", "python_version": "3.12", "sys_platform": "linux"}

    assert marker is not None
    assert marker.evaluate(linux | {"platform_machine": "x86_64"})
    assert not marker.evaluate(linux | {"platform_machine": "aarch64"})


def test_whatever_silences_a_check_says_why() -> None:
    """`# noqa: CODE - why`, `# type: ignore[code]  # why`: whoever reads the line can judge."""
    folders = ("engine", "editor", "tests", "benchmarks", "workflows")
    lines = (
        (f"{path.relative_to(ROOT)}:{number}", line)
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    )
    asked = [
        (place, line) for place, line in lines if re.search(r"#\s*(ruff:\s*)?noqa|#\s*type:\s*ignore", line)
    ]
    told = re.compile(
        r"# ((ruff: )?noqa: [A-Z]+\d+(, [A-Z]+\d+)* - \w|type: ignore\[[a-z-]+(, [a-z-]+)*\]  # \w)"
    )

    assert len(asked) > 100  # it is looked at the right files
    assert [place for place, line in asked if not told.search(line)] == []


def test_no_ledger_is_under_version_control() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")

    assert [path for path in listed.stdout.splitlines() if ".wakeline" in Path(path).parts] == []
