"""What the dear words cost: `python -m benchmarks.words --size 1000000`, each against a plain selection.

Every line is one workflow that selects, by one SQL statement, over the whole module of the same store; the
plain one is the shipped first touch. The query plans stand below.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.data import DATABASE, clock_of, filled_folder, write_files
from engine.model.workflow import Workflow
from engine.pipeline import store_of
from engine.plan import plan_effects
from engine.records.session import Session
from engine.workspace import Workspace, open_workspace

PLAIN = "silent-first-touch"
CONDITIONS = {
    "series": "{sum_of: 订单.金额, per: month, in_a_row: 3, falls_by: 30 %}",
    "series of counts": "{count_of: 跟进记录, per: quarter, in_a_row: 2, falls_by: 50 %}",
    "rank": "{rank_of: 年度成交额, top: 20 %}",
    "rank in each": "{rank_of: 年度成交额, in_each: 区域, top: 10}",
    "score of dimensions": "{band_of: 量得的健康度, is: 红}",
    "score of points": "{field: 量得的意向分, at_least: 20}",
    "usual gap": "{usual_gap_of: 订单, at_most: 30 days}",
    "own rhythm broken": "{time_since: 最近下单日期, at_least: {field: 常规间隔, times: 2}}",
    "newest three": "{count_of: 跟进记录, latest: 3, where: {field: 员工, is_empty: false}, is: 3}",
    "birthday": "{time_until: 建档日期, yearly: true, at_most: 7 days}",
}
SCORES = """
量得的健康度:
  module: 客户
  dimensions:
    - name: 交易
      weight: 60
      indicators:
        - {count_of: 订单, during: last 90 days, worst: 0, best: 6}
        - {sum_of: 订单.金额, per: quarter, worst: -30 %, best: 10 %}
        - {distinct_of: 订单.品类, during: last 12 months, worst: 0, best: 4}
    - name: 互动
      weight: 40
      indicators:
        - {count_of: 跟进记录, during: last 90 days, worst: 0, best: 3}
        - {time_since: 最近联系日期, worst: 90 days, best: 0 days}
  bands: [{name: 绿, at_least: 70}, {name: 黄, at_least: 40}, {name: 红}]
量得的意向分:
  module: 客户
  not_below: 0
  points:
    - {if: {field: 电话, is_empty: false}, give: 10}
    - {for_each: 跟进记录, during: last 90 days, give: 5, at_most: 20, halves_every: 30 days}
    - {if: {time_since: 最近联系日期, at_least: 90 days, if_missing: no_match}, give: -30}
"""
WORKFLOW = """\
id: word-{number}
name: {name}
module: 客户
trigger: {{when: by_hand}}
conditions: {condition}
actions: [{{add_tag: 高潜}}]
"""


def main() -> None:
    """Print the ratios and the query plans."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.words", description=__doc__)
    parser.add_argument("--size", type=int, default=100_000)
    size: int = parser.parse_args().size
    filled = filled_folder(size)
    with tempfile.TemporaryDirectory(prefix="wakeline-words-") as folder:
        workspace = _workspace(Path(folder))
        store = store_of(workspace, f"sqlite:///{filled / DATABASE}")
        with store.read(clock_of(workspace)) as session:
            _measure(session, workspace, size)


def _workspace(folder: Path) -> Workspace:
    """The workspace as it ships now, with two scores more and a workflow for each word."""
    write_files(folder)
    with (folder / "scores.yaml").open("a", encoding="utf-8") as scores:
        scores.write(SCORES)
    for number, (name, condition) in enumerate(CONDITIONS.items()):
        made = WORKFLOW.format(number=number, name=name, condition=condition)
        (folder / f"word-{number}.yaml").write_text(made, encoding="utf-8")
    workspace = open_workspace(folder)
    assert not workspace.has_errors, workspace.diagnostics
    return workspace


def _measure(session: Session, workspace: Workspace, size: int) -> None:
    found = {name: workspace.workflow(f"word-{number}") for number, name in enumerate(CONDITIONS)}
    plain = workspace.workflow(PLAIN)
    assert plain is not None
    _select(session, workspace, plain)  # the pages of the file are read once before anything is timed
    base, _, _ = _select(session, workspace, plain)
    print(f"{size:,} customers; plain selection ({PLAIN}): {base:.2f} s of CPU\n")
    plans: list[tuple[str, list[str]]] = []
    for name, workflow in found.items():
        assert workflow is not None
        took, matched, plan = _select(session, workspace, workflow)
        print(f"  {name:<20} {took / base:5.1f} x   {matched:>9,} matched")
        plans.append((name, plan))
    for name, plan in plans:
        print(f"\n{name}\n" + "\n".join(f"  {line}" for line in plan))


def _select(session: Session, workspace: Workspace, workflow: Workflow) -> tuple[float, int, list[str]]:
    draft = plan_effects(workflow, workspace.model, session.clock)
    selection = session.selection(workflow, draft)
    begun = time.process_time()
    matched = session.select(workflow, draft)
    took = time.process_time() - begun
    compiled: Any = selection.fill().compile(
        dialect=session.connection.dialect, compile_kwargs={"render_postcompile": True}
    )
    values = tuple(compiled.params[name] for name in compiled.positiontup)
    told = session.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", values)
    plan = [str(row[3]) for row in told]
    count = matched.starts
    matched.close()
    return took, count, plan


if __name__ == "__main__":
    main()
