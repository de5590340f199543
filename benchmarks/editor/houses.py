"""The workspaces that the editor is measured on, and the editor as a process of its own."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.filling import fill
from benchmarks.night import NIGHT, write_workspace
from benchmarks.stores import KEPT_FROM, filled_sqlite
from engine.shipped import shipped_workspace

FIRST, FIFTY, LONG, TRIED = (
    "silent-first-touch.yaml",
    "contact/contact-overdue.yaml",
    "five-hundred-lines.yaml",
    "first-touch.yaml",
)
AT = NIGHT.isoformat(timespec="minutes")
_LINK = re.compile(r"(http://\S+?/)\?key=(\S+?)(?=[\s，。]|$)")
_HEAD = """\
id: five-hundred-lines
name: {zh: 一年的节奏, en: A year of steps}
module: 客户
status: paused
priority: 60
trigger: {every: day, at: "01:00"}
conditions:
  all:
    - {field: 客户状态, is: 正常}
    - {field: 客户层级, is: [A, B, C]}
once_per: customer
actions:
"""
_WEEK = """\
  # 第 NUMBER 周：先看是否下过单，再派任务
  - wait: 7 days
  - if: {field: 客户层级, is: [A, B]}
    then:
      - name: 第 NUMBER 次回访
        create_task:
          subject: "第 NUMBER 次回访：{{ 客户名称 }}"
          to: owner
          due: in 3 working days
          priority: high
          text: "{{ 客户名称 }}（{{ 客户层级 }} 类）自 {{ 最近下单日期 }} 起未下单。先问近况，再约下一步。"
    else:
      - notify: {to: owner, text: "{{ 客户名称 }} 本周没有安排，请顺手问一声。"}
"""


def long_workflow(lines: int = 500) -> str:
    """A workflow of so many lines: week after week the same steps, the last week cut short by comments."""
    weeks, text = (lines - _HEAD.count("\n")) // _WEEK.count("\n"), _HEAD
    text += "".join(_WEEK.replace("NUMBER", str(number + 1)) for number in range(weeks))
    return text + "  # 到此为止\n" * (lines - text.count("\n"))


@contextmanager
def shipped_house() -> Iterator[Path]:
    """What ships, without its samples, and a workflow of 500 lines."""
    with tempfile.TemporaryDirectory(prefix="wakeline-bench-") as scratch:
        folder = Path(scratch) / "shipped"
        skipped = shutil.ignore_patterns(".wakeline", "__pycache__", "samples")
        shutil.copytree(shipped_workspace(), folder, ignore=skipped)
        (folder / LONG).write_text(long_workflow(), encoding="utf-8", newline="\n")
        yield folder


@contextmanager
def filled_house(size: int) -> Iterator[tuple[Path, str]]:
    """The workspace of the reference night, and the address of a store with so many customers."""
    with tempfile.TemporaryDirectory(prefix="wakeline-bench-") as scratch:
        folder = Path(scratch) / "reference"
        write_workspace(folder)
        if size < KEPT_FROM:
            url = f"sqlite:///{Path(scratch) / 'wakeline.db'}"
            fill(url, size)
            yield folder, url
        else:
            with filled_sqlite(size) as copies, copies.copy() as url:
                yield folder, url


@contextmanager
def edited(folder: Path, store: str) -> Iterator[tuple[str, str]]:
    """`wakeline edit` as from a shell, without a slash at the end of its address, and the key of its link."""
    command = [sys.executable, "-u", "-m", "engine", "edit", "--port", "0", "--workspace", str(folder)]
    command += ["--store", store] if store else []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
    ) as process:
        try:
            assert process.stdout is not None
            told = process.stdout.readline()
            link = _LINK.search(told)
            if link is None:
                raise SystemExit(f"The editor does not start: {told}")
            yield link[1].rstrip("/"), link[2]
        finally:
            process.terminate()
