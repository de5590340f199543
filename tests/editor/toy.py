"""A language of a few lines, so that the fake server has something to say; each step stands on one line."""

from __future__ import annotations

import html
import json
import re
from typing import Any

SOURCE = """\
id: silent-wake-up
trigger: {every: day, at: "09:00"}
conditions:
  all:
    - {field: 客户层级, is: [gold, platnum]}
actions:
  - wait: 3 days  # 先等等
  - notify: 请跟进
  - stop: 到此为止
"""
OPTIONS = ("gold", "silver")
_AT = re.compile(r'at: "([^"]*)"')
_IS = re.compile(r"is: \[([^\]]*)\]")
_STEP = re.compile(r"^  - (\w+): ?(.*)$")


def analyse(body: dict[str, Any]) -> dict[str, Any]:
    """Everything the page shows of a text."""
    source = body["source"]
    lines = source.splitlines()
    tabs = [(number, line.index("\t")) for number, line in enumerate(lines, start=1) if "\t" in line]
    broken = {"line": tabs[0][0], "column": tabs[0][1] + 1} if tabs else None
    answer = {"seq": body["seq"], "broken": broken}
    problems = [problem for number, line in enumerate(lines, start=1) for problem in _problems(number, line)]
    regions = {"problems": _problem_list(problems)}
    if broken is None:
        regions |= {"form": _form(lines), "outline": _outline(lines), "flow": _flow(lines)}
        regions |= {"summary": f"<p>{len(_steps(lines))} steps</p>", "next_runs": "<p>09:00</p>"}
    return answer | {"diagnostics": problems, "regions": regions}


def edit(body: dict[str, Any]) -> dict[str, Any]:
    """What the operations make of the text."""
    source = body["source"]
    for operation in body["ops"]:
        source = _done(source, operation)
    said = f"{body['ops'][-1]['kind']}: {len(source)}"
    return analyse(body | {"source": source}) | {"source": source, "said": said}


def complete(body: dict[str, Any]) -> dict[str, Any]:
    """The same three words everywhere, from the beginning of the word at the cursor."""
    line = body["source"].splitlines()[body["line"] - 1] if body["source"] else ""
    word = re.search(r"[^\s,:{}\[\]]*$", line[: body["column"] - 1])
    items = [
        {"label": "update_field", "detail": "更新字段", "insert": "update_field: {${}}"},
        {"label": "wait", "detail": "等待", "info": "过一段时间再往下走"},
        {"label": "notify", "detail": "通知"},
    ]
    return {"from_column": word.start() + 1 if word else body["column"], "items": items}


def hover(body: dict[str, Any]) -> dict[str, Any] | None:
    """Help on the first word of a line."""
    line = body["source"].splitlines()[body["line"] - 1] if body["source"] else ""
    word = re.match(r"\s*(?:- )?(\w+)", line)
    if word is None:
        return None
    place = {"line": body["line"], "column": word.start(1) + 1}
    end = {"end_line": body["line"], "end_column": word.end(1) + 1}
    return place | end | {"html": f"<p>help on <b>{word[1]}</b></p>"}


def _problems(number: int, line: str) -> list[dict[str, Any]]:
    """Every `bad`: an error that can be fixed."""
    found = []
    for match in re.finditer("bad", line):
        place = {"line": number, "column": match.start() + 1}
        end = {"end_line": number, "end_column": match.end() + 1}
        fix = place | end | {"label": "改成 good", "insert": "good"}
        told = {"code": "W999", "severity": "error", "message": "“bad”不好。", "hint": "写 good"}
        found.append(place | end | told | {"fixes": [fix]})
    return found


def _problem_list(problems: list[dict[str, Any]]) -> str:
    rows = (
        f'<li><a href="#" data-goto="yaml" data-line="{each["line"]}" data-column="{each["column"]}">'
        f'{each["message"]}</a><button type="button" class="button" '
        f'data-fix="{_attribute(each["fixes"][0])}">改成 good</button></li>'
        for each in problems
    )
    return f'<ol class="problems">{"".join(rows)}</ol>' if problems else ""


# --- the form -----------------------------------------------------------------------------------------------


def _steps(lines: list[str]) -> list[tuple[int, str, str]]:
    """(line, word, value) of every step."""
    found = ((number, _STEP.match(line)) for number, line in enumerate(lines, start=1))
    return [(number, match[1], match[2].split("  #")[0]) for number, match in found if match]


def _attribute(value: Any) -> str:
    return html.escape(json.dumps(value, ensure_ascii=False))


def _form(lines: list[str]) -> str:
    text = "\n".join(lines)
    at, values = _AT.search(text), _IS.search(text)
    steps = _steps(lines)
    cards = "".join(map(_step, range(len(steps)), steps))
    time = html.escape(at[1] if at else "")
    return f"""
<section class="card" data-at='["trigger"]' data-line="2"><label for="at">时间</label>
<input type="text" id="at" data-edit='{_set("trigger", "at")}' value="{time}"></section>
<section class="card" data-at='["conditions"]' data-line="3" data-end-line="5">
{_chips([each.strip() for each in values[1].split(",") if each.strip()] if values else [])}</section>
<section class="card" data-at='["actions"]'><ol class="steps">{cards}</ol>
<button type="button" class="button" data-open="palette-step"
data-into='["actions", {len(steps)}]'>加一步</button>
</section>"""


def _set(*path: str | int) -> str:
    return _attribute({"kind": "set", "path": list(path)})


def _chips(values: list[str]) -> str:
    boxes = "".join(
        f'<label class="chip"><input type="checkbox" id="chip-{each}" value="{each}"'
        f"{' checked' if each in values else ''}>{each}</label>"
        for each in OPTIONS
    )
    return (
        f'<fieldset class="chips" data-as="list" data-list="{_attribute(values)}" '
        f'data-edit="{_set("conditions", "all", 0, "is")}"><legend>客户层级</legend>{boxes}</fieldset>'
    )


def _step(place: int, step: tuple[int, str, str]) -> str:
    line, word, value = step
    path = ["actions", place]

    def button(name: str, operation: dict[str, Any], more: str = "") -> str:
        return (
            f'<button type="button" class="button" data-edit="{_attribute({"path": path} | operation)}" '
            f"{more}>{name}第 {place + 1} 步</button>"
        )

    if word == "wait":
        number, _, unit = value.partition(" ")
        inside = (
            f'<span class="unit" data-as="unit" data-edit="{_set(*path, word)}">'
            f'<input type="number" id="n-{place}" aria-label="数" value="{number}">'
            f'<select id="u-{place}" aria-label="单位">{_units(unit)}</select></span>'
        )
    else:
        inside = (
            f'<input type="text" id="t-{place}" aria-label="文字" '
            f'data-edit="{_set(*path, word)}" value="{value}">'
            f'<button type="button" class="button" data-do="insert-text" data-for="t-{place}" '
            f'data-text="{{{{ 客户名称 }}}}">变量</button>'
        )
    return (
        f'<li class="step" id="step-{place}" data-step>'
        f'<details data-at="{_attribute(path)}" data-line="{line}">'
        f'<summary><span class="step-number"></span><span>{place + 1} {word} {html.escape(value)}</span>'
        "</summary>"
        f'<div class="step-body">{inside}</div></details>'
        + button("上移", {"kind": "move", "to": max(place - 1, 0)}, 'data-move="up"')
        + button("下移", {"kind": "move", "to": place + 1}, 'data-move="down"')
        + button("删除", {"kind": "remove"})
        + "</li>"
    )


def _units(chosen: str) -> str:
    units = ("days", "hours")
    marks = {chosen: " selected"}
    return "".join(f'<option value="{{}} {each}"{marks.get(each, "")}>{each}</option>' for each in units)


def _outline(lines: list[str]) -> str:
    rows = (
        f'<li><a href="#" data-goto="form" data-path="{_attribute(["actions", place])}" data-line="{line}">'
        f"{place + 1} {word}</a></li>"
        for place, (line, word, _) in enumerate(_steps(lines))
    )
    return f'<ol class="outline">{"".join(rows)}</ol>'


def _flow(lines: list[str]) -> str:
    nodes = (
        f'<a class="node" href="#" data-goto="form" data-path="{_attribute(["actions", place])}">'
        f'<rect x="5" y="{5 + 50 * place}" width="190" height="36"/>'
        f'<text x="15" y="{28 + 50 * place}">{word}</text></a>'
        for place, (_, word, _) in enumerate(_steps(lines))
    )
    return f'<svg width="200" height="200" role="group" aria-label="流程图">{"".join(nodes)}</svg>'


# --- operations ---------------------------------------------------------------------------------------------


def _done(source: str, operation: dict[str, Any]) -> str:
    kind, path = operation["kind"], operation["path"]
    if path == ["trigger", "at"]:
        return _AT.sub(f'at: "{operation.get("value", "")}"', source)
    if path[0] == "conditions":
        return _IS.sub(f"is: [{', '.join(operation.get('value', []))}]", source)
    return _with_step(source, kind, path, operation)


def _with_step(source: str, kind: str, path: list[Any], operation: dict[str, Any]) -> str:
    lines = source.splitlines(keepends=True)
    places = [number - 1 for number, _, _ in _steps(source.splitlines())]
    place = path[1]
    if kind == "insert":
        word, value = next(iter(operation["value"].items()))
        lines.insert(places[place] if place < len(places) else places[-1] + 1, f"  - {word}: {value}\n")
    elif kind == "set":
        line = lines[places[place]]
        comment = "  #" + line.partition("  #")[2] if "  #" in line else "\n"
        lines[places[place]] = f"  - {path[2]}: {operation['value']}{comment}"
    elif kind == "remove":
        del lines[places[place]]
    elif kind == "move" and operation["to"] < len(places):
        lines.insert(places[operation["to"]], lines.pop(places[place]))
    return "".join(lines)
