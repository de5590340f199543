"""The table of requirements in docs/requirements.md: what covers each number, and the command that shows it.

Workflows, lists, scores, tables, presets and templates name their numbers in a comment (`# 需求：000-19`);
titles, fields, tests and what a number waits for stand in requirements.toml. `python tests/requirements.py`
writes the table anew.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.workspace import Workspace, open_workspace

ROOT = Path(__file__).parent.parent
SHIPPED = ROOT / "workflows"
TABLE = ROOT / "docs" / "requirements.md"
TITLES = Path(__file__).with_name("requirements.toml")
COUNTS = {"000": 42, "001": 26, "002": 14, "003": 15, "004": 20}
ADDED = ("001-25b", "003-14b", "004-19b")
DOCUMENTS = {
    "000": ("沉默客户的分级唤醒", "Waking silent customers by tier"),
    "001": ("客户分层、活跃度与积分", "Tiers, activity, points"),
    "002": ("沉睡客户的预测与闭环", "Dormant customers: prediction and closed loop"),
    "003": ("联系超期提醒", "Reminders of overdue contact"),
    "004": ("健康度、三级预警与关怀", "Health, warnings, care"),
}
KINDS = {
    "workflow": "工作流 / workflow",
    "segment": "名单 / list",
    "score": "评分 / score",
    "table": "数值表 / table",
    "preset": "预设 / preset",
    "template": "模板 / template",
    "field": "字段 / field",
    "setting": "设置 / setting",
    "test": "测试 / test",
    "case": "用例 / case",
}
_COMMENT = re.compile(r"^# 需求：(.+)$")
_NUMBER = re.compile(r"\d{3}-\d\d[b]?")
_ENTRY = re.compile(r"^([^\s#].*?):")
_OF_ENTRIES = {"segments.yaml": "segment", "scores.yaml": "score", "tables.yaml": "table"}


@dataclass
class Requirement:
    """One number with everything that covers it."""

    number: str
    zh: str
    en: str
    covered: list[tuple[str, str]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)


def all_numbers() -> list[str]:
    """Every number of the five documents, in order."""
    plain = [f"{name}-{number:02d}" for name, count in COUNTS.items() for number in range(1, count + 1)]
    return sorted([*plain, *ADDED])


def written() -> Any:
    """What requirements.toml says."""
    return tomllib.loads(TITLES.read_text(encoding="utf-8"))


def named_in_files() -> Iterator[tuple[str, str, str]]:
    """(number, kind, name) of every comment in the shipped workspace."""
    for path in sorted(SHIPPED.rglob("*.yaml")):
        parts = path.relative_to(SHIPPED).parts
        if parts[0] in {"samples", ".wakeline"}:
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        for place, line in enumerate(lines):
            found = _COMMENT.match(line)
            for number in _NUMBER.findall(found[1]) if found else ():
                yield number, *_owner(parts, lines, place)


def _owner(parts: tuple[str, ...], lines: list[str], place: int) -> tuple[str, str]:
    """Kind and name of what a comment belongs to."""
    if parts[0] == "presets":
        return "preset", parts[1]
    if parts[-1] in _OF_ENTRIES:
        found = (_ENTRY.match(line) for line in lines[place:])
        return _OF_ENTRIES[parts[-1]], next(one[1] for one in found if one)
    key = "name" if parts[0] == "templates" else "id"
    value = next(line for line in lines if line.startswith(f"{key}:")).partition(":")[2].strip()
    return ("template" if key == "name" else "workflow"), value


def requirements() -> list[Requirement]:
    """All of them, in order, with what covers each."""
    named: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for number, kind, name in named_in_files():
        if (kind, name) not in named[number]:
            named[number].append((kind, name))
    return [_requirement(number, one, named[number]) for number, one in written()["numbers"].items()]


def _requirement(number: str, one: Any, named: list[tuple[str, str]]) -> Requirement:
    order = list(KINDS)
    covered = sorted(named, key=lambda pair: order.index(pair[0]))
    for kind, key in (("field", "fields"), ("setting", "settings"), ("test", "tests"), ("case", "cases")):
        covered += [(kind, name) for name in one.get(key, ())]
    commands = [*one.get("commands", ()), *filter(None, (_command(*pair) for pair in covered))]
    return Requirement(
        number, one["zh"], one["en"], covered, list(dict.fromkeys(commands))[:2], one.get("waits", [])
    )


def _command(kind: str, name: str) -> str:
    """What shows it."""
    folder, _, case = name.rpartition("/")
    commands = {
        "workflow": f"wakeline plan {name}",
        "segment": f"wakeline segment {name}",
        "preset": f"wakeline init DIR --preset {name}",
        "test": f"pytest {name}",
        "case": f"pytest tests/test_{folder}_cases.py -k {case}",
        "setting": "wakeline check",
        "field": f"wakeline export {name.partition('.')[0]}",
    }
    if kind in {"table", "template"}:
        return _user_of(name)
    if kind == "score":
        return f"wakeline segment {_list_with(name)}"
    return commands.get(kind, "")


def _user_of(name: str) -> str:
    """Reading a workflow that uses a table or a template."""
    for path in sorted(SHIPPED.rglob("*.yaml")):
        text = path.read_text(encoding="utf-8")
        identity = re.search(r"^id: (\S+)$", text, re.MULTILINE)
        if identity and re.search(rf"(table|template|text_from): {re.escape(name)}\b", text):
            return f"wakeline describe {identity[1]}"
    return ""


def _list_with(score: str) -> str:
    """The first list that shows a score."""
    text = (SHIPPED / "segments.yaml").read_text(encoding="utf-8")
    parts = re.split(r"^(?=\S+:$|\S+: +#)", text, flags=re.MULTILINE)
    return next(part.partition(":")[0] for part in parts if re.search(rf"columns: \[.*{score}", part))


def missing_names(workspace: Workspace) -> list[str]:
    """Everything the table names that does not exist."""
    known = {
        "workflow": {one.id for one in workspace.workflows},
        "segment": set(workspace.segments),
        "table": set(workspace.tables),
        "template": set(workspace.templates),
        "score": {
            one.labels.zh
            for module in workspace.model.modules.values()
            for one in module.fields.values()
            if one.computed is not None
        },
        "preset": {path.parent.name for path in SHIPPED.glob("presets/*/tables.yaml")},
    }
    strange = []
    for one in requirements():
        for kind, name in one.covered:
            if name not in known[kind] if kind in known else not _exists(kind, name, workspace):
                strange.append(f"{one.number} {kind} {name}")
    return strange


def _exists(kind: str, name: str, workspace: Workspace) -> bool:
    if kind == "field":
        label, _, key = name.partition(".")
        module = workspace.model.module(label)
        return module is not None and (module.field(key) is not None or (key == "标签" and bool(module.tags)))
    if kind == "setting":
        return (
            re.search(rf"^{name}:", (SHIPPED / "workspace.yaml").read_text("utf-8"), re.MULTILINE) is not None
        )
    if kind == "case":
        return (ROOT / "tests" / "cases" / name).is_dir()
    path, _, function = name.partition("::")
    return (ROOT / path).is_file() and f"def {function}(" in (ROOT / path).read_text(encoding="utf-8")


# --- the table ----------------------------------------------------------------------------------------------

HEAD = """# 需求对照 / Requirements

<!-- 由 make docs 生成，请勿手改 / made by make docs, do not edit -->

每个编号由哪个工作流、名单、评分、数值表、预设、模板、字段或测试覆盖，用哪条命令看；还在等的写明等什么。
命令可以加 `--workspace workflows`；想看样例数据，再加 `--sample workflows/samples --at 2026-04-01T01:00`。

What covers each number, and the command that shows it; the last column says what a number still waits for.
Add `--workspace workflows` to the commands, and `--sample workflows/samples --at 2026-04-01T01:00` to see
them on the sample records.
"""

COLUMNS = "| 编号 | 需求 / requirement | 覆盖 / covered by | 命令 / command | 还等 / waits for |"


def render() -> str:
    """The table in both languages."""
    waits, found = written()["waits"], requirements()
    lines = [HEAD]
    for document, (zh, en) in DOCUMENTS.items():
        lines += [f"## {document} {zh} / {en}", ""]
        lines += [COLUMNS, "| --- | --- | --- | --- | --- |"]
        lines += [_row(one, waits) for one in found if one.number.startswith(document)]
        lines.append("")
    return "\n".join(lines)


def _row(one: Requirement, waits: Any) -> str:
    kinds: dict[str, list[str]] = {}
    for kind, name in one.covered:
        kinds.setdefault(kind, []).append(f"`{name}`")
    covered = "<br>".join(f"{KINDS[kind]}: {' '.join(names)}" for kind, names in kinds.items())
    commands = "<br>".join(f"`{one}`" for one in one.commands)
    waiting = "<br>".join(f"{waits[key]['zh']} / {waits[key]['en']}" for key in one.waits)
    return f"| {one.number} | {one.zh}<br>{one.en} | {covered} | {commands} | {waiting} |"


def main() -> None:
    """Write the table."""
    assert not missing_names(open_workspace(SHIPPED)), missing_names(open_workspace(SHIPPED))
    TABLE.write_text(render(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
