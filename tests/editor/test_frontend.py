"""The browser code: its types, its build and what that weighs, its lock, the notices, its pure functions."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

from benchmarks.editor.budgets import WEIGHTS, weight_of
from tests.editor import built
from tests.editor.built import FRONTEND, ROOT, node


def package(name: str) -> Any:
    return json.loads((FRONTEND / name).read_text(encoding="utf-8"))


def test_types_hold() -> None:
    done = node("node_modules/typescript/bin/tsc", "--noEmit", "--project", ".")

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("entry", sorted(WEIGHTS))
def test_bundles_keep_their_budget(entry: str) -> None:
    most, found = WEIGHTS[entry], weight_of(entry, built.built())

    assert 0 < found.plain <= most.plain, found
    assert 0 < found.packed <= most.packed, found


def test_every_bundle_has_its_compressed_twin_and_a_hashed_name() -> None:
    bundles = [path for path in built.built().iterdir() if path.suffix in {".js", ".css", ".svg"}]

    assert len(bundles) >= len(built.manifest())
    for path in bundles:
        assert gzip.decompress(Path(f"{path}.gz").read_bytes()) == path.read_bytes()
        assert re.fullmatch(r"[a-z]+-[A-Z0-9]{8}", path.stem), path.name


def test_manifest_names_what_there_is() -> None:
    named = {name for each in built.manifest().values() for name in (each["file"], *each["chunks"])}

    assert set(built.manifest()) == {"app.css", "app.ts", "editor.css", "editor.ts", "favicon.svg"}
    assert named <= {path.name for path in built.built().iterdir()}


def test_notices_of_everything_that_is_shipped() -> None:
    told = (built.built() / "third-party.txt").read_text(encoding="utf-8")
    packages = package("package-lock.json")["packages"]
    shipped = {
        name.removeprefix("node_modules/"): each["version"]
        for name, each in packages.items()
        if name and not each.get("dev")
    }

    assert len(shipped) > 12
    assert [
        f"{name} {version}" for name, version in shipped.items() if f"{name} {version} (" not in told
    ] == []
    assert told.count("Permission is hereby granted") >= len(shipped) - 2  # htmx and idiomorph: 0BSD


def test_lock_names_versions_and_hashes_and_no_host() -> None:
    text = (FRONTEND / "package-lock.json").read_text(encoding="utf-8")
    wanted = package("package.json")

    assert "resolved" not in text
    assert re.findall(r"https?://(?!github\.com/sponsors/|opencollective\.com/)[^\"]+", text) == []
    for name, each in json.loads(text)["packages"].items():
        assert not name or each["integrity"].startswith("sha512-"), name
    for name, version in (wanted["dependencies"] | wanted["devDependencies"]).items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), f"{name} is not pinned"


def test_pure_functions(tmp_path: Path) -> None:
    bundled = tmp_path / "units.test.mjs"
    esbuild = (
        "require('esbuild').buildSync({entryPoints: [process.argv[1]], outfile: process.argv[2], "
        "bundle: true, format: 'esm', platform: 'node', nodePaths: ['node_modules']})"
    )
    made = node("-e", esbuild, ROOT / "tests" / "editor" / "units.test.ts", bundled)
    assert made.returncode == 0, made.stderr

    done = node("--test", bundled)

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^# pass 12$", done.stdout, re.MULTILINE), done.stdout


# --- sentences ----------------------------------------------------------------------------------------------


def sources() -> dict[str, str]:
    return {str(path): path.read_text(encoding="utf-8") for path in (FRONTEND / "src").rglob("*.ts")}


def test_every_sentence_is_used_and_stands_in_both_languages() -> None:
    texts = package("src/strings.json")
    code = "".join(sources().values())  # that every sentence that is said exists, tsc holds

    assert [key for key in texts if not key.startswith("cm.") and f'"{key}"' not in code] == []
    for key, text in texts.items():
        assert set(text) == {"zh", "en"}, key
        assert set(re.findall(r"\{\w+\}", text["zh"])) == set(re.findall(r"\{\w+\}", text["en"])), key
        assert not re.search("[一-鿿]", text["en"]), key
        assert not re.search(r"[一-鿿][,.:;!?()]", text["zh"]), key


def test_code_holds_no_sentence_of_its_own() -> None:
    found = {path: re.findall("[一-鿿]+", text) for path, text in sources().items()}

    assert {path: each for path, each in found.items() if each} == {}
    assert not re.search(r"textContent = \"\w", "".join(sources().values()))


def test_code_is_in_small_files() -> None:
    styles = {str(path): path.read_text(encoding="utf-8") for path in (FRONTEND / "src").rglob("*.css")}
    lines = {path: text.splitlines() for path, text in (sources() | styles).items()}

    assert {path: len(each) for path, each in lines.items() if len(each) > 250} == {}
    assert {path: max(map(len, each)) for path, each in lines.items() if max(map(len, each)) > 120} == {}


def test_every_style_is_of_something_on_a_page() -> None:
    """No rule outlives what it was for. A class may be put together: `pill-{{ tone }}`, `toast-${tone}`."""
    styles = "".join(path.read_text(encoding="utf-8") for path in (FRONTEND / "src").rglob("*.css"))
    heads = " ".join(re.findall(r"[^{}]+(?={)", re.sub(r"/\*.*?\*/", "", styles, flags=re.DOTALL)))
    named = set(re.findall(r"\.([a-z][\w-]*)", heads))
    templates = (ROOT / "editor" / "templates").rglob("*.html")
    pages = "".join(path.read_text(encoding="utf-8") for path in templates)
    drawn = (ROOT / "engine" / "report" / "plots.py").read_text(encoding="utf-8")
    used = {
        *re.findall(r"[\w-]+", " ".join(re.findall(r'(?:class="|block shape %})([^"]*)', pages))),
        *re.findall(r"[\w-]+", " ".join(re.findall(r"""["'=]([\w -]+)["'`]""", drawn))),
        *re.findall(r"""["`. ]([\w-]+)""", "".join(sources().values())),
    }
    stems = {one for one in used if one.endswith("-")}

    assert len(named) > 100
    assert {one for one in named - used if not one.startswith(("cm-", *stems))} == set()


def test_codemirror_is_translated_whole() -> None:
    """Every phrase that the bundled packages can say has a sentence."""
    if not (FRONTEND / "node_modules").is_dir():
        node("--version")  # says what is missing
    code = "".join(
        path.read_text(encoding="utf-8")
        for path in (FRONTEND / "node_modules" / "@codemirror").glob("*/dist/index.js")
    )
    said = set(re.findall(r'phrase\((?:\w+, )?"([^"]+)"', code))

    assert len(said) > 15
    assert said - {key.removeprefix("cm.") for key in package("src/strings.json")} == set()


# --- the contract -------------------------------------------------------------------------------------------


def test_contract_names_what_the_code_looks_for() -> None:
    """Ids, acts, data attributes and addresses; the other way round is what the browser tests try."""
    told = (ROOT / "docs" / "editor-contract.md").read_text(encoding="utf-8")
    code = "".join(sources().values())
    acts = set(re.findall(r'onAct\("([\w-]+)"', code))
    ids = set(re.findall(r'(?:required(?:<\w+>)?|getElementById|jsonBlock<\w+>)\("([\w-]+)"', code))
    camel = set(re.findall(r'dataset\["(\w+)"\]', code)) - {"state", "said"}
    data = {f"data-{re.sub('([A-Z])', lambda found: '-' + found[1].lower(), name)}" for name in camel}

    assert min(len(acts), len(ids), len(data)) > 9
    assert {name for name in acts if not re.search(rf"\b{name}\b", told)} == set()
    assert {name for name in ids if not re.search(rf'[#"]{name}\b', told)} == set()
    assert {name for name in data if name not in told} == set()
