"""What the dear words cost, each against the best by hand: `python -m benchmarks.words words JSON` tells it.

Every word is one workflow that selects over the whole module, by one statement, on the same store as the
statement by hand (word_shapes.py). Both fill a temporary table with the very same keys, or nothing is said.
"""

from __future__ import annotations

import dataclasses
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.night import REFERENCE, clock_of, reference_workspace
from benchmarks.word_shapes import best_shapes
from engine.model.workflow import Workflow
from engine.pipeline import store_of
from engine.plan import plan_effects
from engine.records.selection import MATCHED
from engine.records.session import Session
from engine.workspace import Workspace

GOAL = 1.1
STANDS_ON = ("workspace.yaml", "model.yaml", "tables.yaml")
CONDITIONS = {
    "series": "{sum_of: 订单.金额, per: month, in_a_row: 3, falls_by: 30 %}",
    "series of counts": "{count_of: 跟进记录, per: quarter, in_a_row: 2, falls_by: 50 %}",
    "rank": "{rank_of: 本年成交金额, top: 20 %}",
    "rank in each": "{rank_of: 本年成交金额, in_each: 区域, top: 20 %}",
    "score of dimensions": "{band_of: 量得的健康度, is: 红}",
    "score of points": "{field: 量得的意向分, at_least: 20}",
    "usual gap": "{usual_gap_of: 订单, at_most: 30 days}",
    "newest three": "{count_of: 跟进记录, latest: 3, where: {field: 员工, is_empty: false}, is: 3}",
    "distinct": "{distinct_of: 跟进记录.方式, during: last 12 months, at_least: 3}",
    "average": "{average_of: 订单.金额, during: last 12 months, at_least: 20000}",
}
SCORES = """\
量得的健康度:
  module: 客户
  dimensions:
    - name: 交易
      weight: 60
      indicators:
        - {count_of: 订单, during: last 90 days, worst: 0, best: 6}
        - {sum_of: 订单.金额, per: quarter, worst: -30 %, best: 10 %}
        - {time_since: 最近下单日期, worst: 180 days, best: 0 days}
    - name: 互动
      weight: 40
      indicators:
        - {count_of: 跟进记录, during: last 90 days, worst: 0, best: 3}
        - {distinct_of: 跟进记录.方式, during: last 12 months, worst: 0, best: 3}
  bands: [{name: 绿, at_least: 70}, {name: 黄, at_least: 40}, {name: 红}]
量得的意向分:
  module: 客户
  not_below: 0
  points:
    - {if: {field: 联系人, is_empty: false}, give: 10}
    - {for_each: 跟进记录, during: last 90 days, give: 5, at_most: 20, halves_every: 30 days}
    - {if: {time_since: 最近下单日期, at_least: 90 days, if_missing: no_match}, give: -30}
"""
WORKFLOW = """\
id: word-{number}
name: {name}
module: 客户
trigger: {{when: by_hand}}
conditions: {condition}
actions: [{{update_field: {{最近唤醒日期: today}}}}]
"""
KEYS = f"SELECT id FROM {MATCHED} ORDER BY seq"
ROUNDS, ROUNDS_AT_A_MILLION = 5, 2

Clock = Callable[[], float]


class NotTheSame(Exception):
    """The engine and the hand chose different records; there is nothing to compare."""


@dataclass
class WordFigure:
    """CPU seconds of one word, round by round."""

    matched: int = 0
    engine: list[float] = field(default_factory=list)
    hand: list[float] = field(default_factory=list)
    sharper: list[float] = field(default_factory=list)

    def ratio(self, to: Sequence[float]) -> float:
        """The median of the ratios within each round: what ran side by side is compared."""
        return statistics.median(one / other for one, other in zip(self.engine, to, strict=True))


def words_workspace(folder: Path) -> Workspace:
    """The model of the reference night, with two scores and a workflow for each word."""
    for name in STANDS_ON:
        shutil.copy(REFERENCE / name, folder / name)
    (folder / "scores.yaml").write_text(SCORES, encoding="utf-8")
    for number, (name, condition) in enumerate(CONDITIONS.items()):
        made = WORKFLOW.format(number=number, name=name, condition=condition)
        (folder / f"word-{number}.yaml").write_text(made, encoding="utf-8")
    return reference_workspace(folder)


def words_of(url: str, rounds: int) -> dict[str, Any]:
    """`words`: word -> its figures in the store at this address; nothing stays there."""
    with tempfile.TemporaryDirectory(prefix="wakeline-words-") as folder:
        workspace = words_workspace(Path(folder))
        with store_of(workspace, url).write(clock_of(workspace)) as session:
            found = measure_words(session, workspace, cpu_of(session), rounds)
    return {"words": {name: dataclasses.asdict(figure) for name, figure in found.items()}}


def cpu_of(session: Session) -> Clock:
    """A clock of the CPU seconds that this process and its database have used."""
    if session.connection.dialect.name == "sqlite":
        return time.process_time
    driver: Any = session.connection.connection.driver_connection
    used = Path(f"/proc/{driver.info.backend_pid}/schedstat")
    return lambda: time.process_time() + int(used.read_text(encoding="ascii").split()[0]) / 1e9


def measure_words(session: Session, workspace: Workspace, cpu: Clock, rounds: int) -> dict[str, WordFigure]:
    """Word -> what it took, the engine and the hand in turns; `cpu` tells the seconds of both sides."""
    shapes = best_shapes(session.connection.dialect.name)
    found = {}
    for number, name in enumerate(CONDITIONS):
        workflow = workspace.workflow(f"word-{number}")
        assert workflow is not None
        shape = shapes[name]
        by_hand = {"hand": shape[:2]} | ({"sharper": shape.sharper} if shape.sharper else {})
        found[name] = _measure(session, workflow, by_hand, cpu, rounds=rounds)
    return found


def _measure(
    session: Session, workflow: Workflow, by_hand: Mapping[str, tuple[str, str]], cpu: Clock, *, rounds: int
) -> WordFigure:
    figure = WordFigure()
    for number in range(rounds + 1):  # the first round reads the pages and compiles, and is not counted
        keys = {}
        with _timed(figure.engine, cpu):
            matched = session.select(workflow, plan_effects(workflow, session.tables.model, session.clock))
        keys["engine"] = [key for [key] in session.connection.exec_driver_sql(KEYS)]
        matched.close()
        for name, (source, test) in by_hand.items():
            with _timed(getattr(figure, name), cpu):
                _select_by_hand(session, workflow, source, test)
            keys[name] = [
                key for [key] in session.connection.exec_driver_sql("SELECT id FROM hits ORDER BY seq")
            ]
            session.connection.exec_driver_sql("DROP TABLE hits")
        if number == 0:
            _demand_same(workflow, keys)
            figure = WordFigure(matched=len(keys["engine"]))
    return figure


def _select_by_hand(session: Session, workflow: Workflow, source: str, test: str) -> None:
    """Into a table of matches as the engine fills one, with what the journal needs, and counted."""
    connection, today = session.connection, session.clock.today.isoformat()
    is_sqlite = connection.dialect.name == "sqlite"
    text, counted = (
        ("TEXT", "INTEGER") if is_sqlite else ('TEXT COLLATE "C"', "BIGINT GENERATED BY DEFAULT AS IDENTITY")
    )
    connection.exec_driver_sql(
        f"CREATE TEMPORARY TABLE hits (seq {counted} PRIMARY KEY, id {text} NOT NULL, woken {text})"
    )
    connection.exec_driver_sql(
        f"""
        INSERT INTO hits (id, woken)
        SELECT base.id, base.woken FROM {source}
        WHERE {test} AND base.woken IS DISTINCT FROM '{today}' AND NOT EXISTS (
          SELECT 1 FROM wakeline_enrollments
          WHERE workflow = '{workflow.id}' AND record = base.id AND episode_open = 1)
        ORDER BY base.id
        """
    )
    connection.exec_driver_sql("SELECT count(*) FROM hits").scalar_one()


def _demand_same(workflow: Workflow, keys: Mapping[str, Sequence[str]]) -> None:
    for name, found in keys.items():
        if found != keys["engine"]:
            told = {one: len(some) for one, some in keys.items()}
            raise NotTheSame(f"{workflow.name}: the engine and {name} select different records, {told}")


@contextmanager
def _timed(into: list[float], cpu: Clock) -> Iterator[None]:
    begun = cpu()
    yield
    into.append(cpu() - begun)


def words_table(found: Mapping[str, Mapping[str, Mapping[str, Any]]], *, judged: bool) -> list[str]:
    """Markdown lines of what `words_of` found, by database; `judged` with a verdict."""
    lines = [
        f"| the dear words over all customers (at most {GOAL} by hand) | | engine s | by hand s | ratio | |",
        "|---|--:|--:|--:|--:|---|",
    ]
    for database, words in found.items():
        for name, seconds in words.items():
            figure = WordFigure(**seconds)
            engine, hand = map(statistics.median, (figure.engine, figure.hand))
            ratio = figure.ratio(figure.hand)
            told = ["met" if ratio <= GOAL else "**missed**"] if judged else []
            if figure.sharper:
                told.append(f"{figure.ratio(figure.sharper):.2f} of a threshold without a window")
            lines.append(
                f"| {name}, {database} | {figure.matched:,} found | {engine:.3f} | {hand:.3f} "
                f"| {ratio:.2f} | {', '.join(told)} |"
            )
    return lines


if __name__ == "__main__":
    given = json.loads(sys.argv[2])
    print(json.dumps(words_of(given["url"], int(given["rounds"]))))
