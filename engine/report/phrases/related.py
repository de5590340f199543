"""Related records read back in words: “近 90 天内没有跟进记录”, “上个月投诉的条数比前一个月上升至少 1”."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.model.document import Mapping, Node
from engine.model.entities import Module
from engine.report.phrases.bounds import bounds_of
from engine.report.phrases.names import Related
from engine.report.phrases.wording import inside, text_of

if TYPE_CHECKING:
    from engine.report.phrases.conditions import Phrases

RELATED = (
    "count_of", "share_of", "sum_of", "average_of", "smallest_of", "largest_of", "latest_of", "earliest_of",
    "distinct_of", "usual_gap_of", "expected_next_of",
)  # fmt: skip
_CHANGES = ("falls_by", "rises_by")
_PERIODS = {"天": "day", "周": "week", "月": "month", "季度": "quarter", "年": "year"}


@dataclass(frozen=True, slots=True)
class _Asked:
    """A subject about related records, with its pieces in words.

    Chinese says the condition before the records (`what`), English behind them (`where`); with `latest` the
    condition is asked of the newest only, so it stands apart there.
    """

    related: Related
    period: str
    window: str
    all: str
    what: str
    where: str
    condition: str
    latest: str


def tell_related(phrases: Phrases, node: Mapping, module: Module) -> str:
    """A leaf about related records."""
    word = next(one for one in RELATED if one in node)
    asked = _asked(phrases, node, text_of(node.get(word)), module)
    if word == "count_of" and "per" not in node:
        return _tell_count(phrases, node, module, asked)
    subject = _subject(phrases, word, asked)
    if "per" in node:
        return _tell_series(phrases, node, module, subject)
    bounds = bounds_of(node, module, phrases.values, field=asked.related.field)
    return phrases.words.say("phrase.frame.plain", subject=subject, bounds=bounds)


def _asked(phrases: Phrases, node: Mapping, name: str, module: Module) -> _Asked:
    say = phrases.words.say
    related = phrases.names.related(name, module)
    records = say("phrase.count.records", name=related.label)
    where = node.get("where")
    condition = "" if where is None else phrases.condition(where, related.module or module, inner=True)
    what = records
    if condition and phrases.words.language == "zh":
        what = say("phrase.count.where", condition=condition, name=records)
    behind = condition and phrases.words.language == "en"
    period, latest = _period(phrases, node, module), text_of(node.get("latest"))
    return _Asked(
        related=related,
        period=period,
        window=say("phrase.window.latest", window=period, count=latest) if latest else period,
        all=records,
        what=what,
        where=say("phrase.count.where", condition=condition, name=records) if behind else "",
        condition=condition,
        latest=latest,
    )


def _period(phrases: Phrases, node: Mapping, module: Module) -> str:
    say, window = phrases.words.say, ""
    during, since, left_out = (node.get(one) for one in ("during", "since", "except"))
    if during is not None:
        period, kind = phrases.values.period(during, module)
        window = say(f"phrase.window.during_{kind}", period=period, value=period)
    elif since is not None:
        window = _since(phrases, since)
    if left_out is not None:
        window = say("phrase.window.except", window=window, period=phrases.values.period(left_out, module)[0])
    return window


def _since(phrases: Phrases, node: Node) -> str:
    say, step, written = phrases.words.say, inside(node, "step"), text_of(node)
    if step is not None:
        return say("phrase.window.since_step", step=text_of(step))
    if written in {"start", "开始"}:
        return say("phrase.window.since_start")
    return say("phrase.window.since", moment=phrases.values.moment(written) or written)


def _subject(phrases: Phrases, word: str, asked: _Asked) -> str:
    key = (
        "phrase.subject.share_of_all"
        if word == "share_of" and not asked.condition
        else f"phrase.subject.{word}"
    )
    return phrases.words.say(
        key,
        window=asked.window,
        all=asked.all,
        what=asked.what,
        where=asked.where,
        condition=asked.condition,
        inner=asked.related.inner,
    )


def _tell_count(phrases: Phrases, node: Mapping, module: Module, asked: _Asked) -> str:
    bound, number = _only_bound(node)
    form = "one" if number == "1" else "many"
    if (bound, number) in {("is", "0"), ("at_most", "0"), ("less_than", "1")}:
        form = "none"
    elif (bound, number) in {("at_least", "1"), ("more_than", "0"), ("is_not", "0")}:
        form = "some"
    apart = "latest_" if asked.latest and asked.condition else ""
    return phrases.words.say(
        f"phrase.amount.{apart}{form}",
        window=asked.period if apart else asked.window,
        latest=asked.latest,
        all=asked.all,
        what=asked.what,
        where=asked.where,
        condition=asked.condition,
        name=asked.related.label,
        bounds=bounds_of(node, module, phrases.values, family="amount"),
    )


def _only_bound(node: Mapping) -> tuple[str, str]:
    """The comparison of a count and its number; empty where there are two, or no plain number."""
    options = {"during", "since", "except", "latest", "where", "if_missing"}
    found = [(key.text, value) for key, value in node.entries[1:] if key.text not in options]
    return (found[0][0], text_of(found[0][1])) if len(found) == 1 else ("", "")


def _tell_series(phrases: Phrases, node: Mapping, module: Module, subject: str) -> str:
    say, per, row = phrases.words.say, text_of(node.get("per")), text_of(node.get("in_a_row"))
    per = _PERIODS.get(per, per)
    bounds = bounds_of(node, module, phrases.values)
    if per not in _PERIODS.values():
        return say("phrase.frame.plain", subject=subject, bounds=bounds)
    if any(word in node for word in _CHANGES):
        bounds = say(f"phrase.series.change_{per}", change=bounds)
    kind = "row" if row not in {"", "1"} else "last"
    return say(f"phrase.series.{kind}_{per}", subject=subject, bounds=bounds, count=row)
