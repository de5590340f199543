"""Advice about thresholds, for people: a table a place, a sentence a group, and where to change it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.advice import Advice, GroupAdvice, Lacking, PlaceAdvice
from engine.askings import Asking
from engine.checks.places import told_place
from engine.model.entities import Module
from engine.model.lengths import show_length
from engine.model.moments import Length, Unit
from engine.report.layout import columns, indented
from engine.survival import FEWEST, Share
from engine.texts import Texts

_RIGHT = frozenset(range(1, 9))


def advice_json(found: Advice) -> dict[str, Any]:
    """For machines."""
    return {
        "at": found.clock.local.isoformat(),
        "within_days": found.target.days,
        "false_alarms_at_most": found.target.most,
        "places": [_place_json(one) for one in found.places],
        "without_history": [{**_asking_json(one), "word": one.word} for one in found.unknown],
    }


def _place_json(place: PlaceAdvice) -> dict[str, Any]:
    dealings, cell = place.dealings, place.cell
    return {
        "threshold": None if cell is None else cell.name,
        "times": None if place.times is None else float(place.times),
        "module": dealings.relation.to.key,
        "relation": dealings.relation.name,
        "day": dealings.on.key,
        "narrowed": dealings.where is not None,
        "guessed": place.askings[0].is_guessed,
        "asked": [_asking_json(one) for one in place.askings],
        "unlisted": place.unlisted,
        "rhythm_field": None if place.rhythm_field is None else place.rhythm_field.key,
        "groups": [_group_json(one) for one in place.groups],
    }


def _asking_json(one: Asking) -> dict[str, Any]:
    return {
        "workflow": one.workflow,
        "path": one.path,
        "file": one.at.file,
        "line": one.at.line,
        "column": one.at.column,
    }


def _group_json(one: GroupAdvice) -> dict[str, Any]:
    chosen = one.suggestion
    return {
        "group": None if one.at is None else list(one.values),
        "file": None if one.at is None else one.at.file,
        "line": None if one.at is None else one.at.line,
        "customers": one.customers,
        "gaps": one.gaps,
        "now": None if one.now is None else _alarm_json(one.now, one.now_share, one.now_silent),
        "suggested": None
        if chosen is None
        else {
            **_alarm_json(chosen.days, chosen.share, one.suggested_silent),
            "shortest_days": chosen.shortest,
            "longest_days": chosen.longest,
        },
        "fits": one.fits,
        "lacking": one.lacking,
        "rhythm": {
            "customers": one.rhythm.customers,
            "quarters_days": None if one.rhythm.quarters is None else list(one.rhythm.quarters),
            "times": [
                {"times": float(by.times), **_share_json(by.share), "silent": by.silent}
                for by in one.rhythm.alarms
            ],
        },
    }


def _alarm_json(days: int, share: Share | None, silent: int) -> dict[str, Any]:
    return {"days": days, **_share_json(share), "silent": silent}


def _share_json(share: Share | None) -> dict[str, Any]:
    if share is None:
        return {"false_alarms": None, "low": None, "high": None}
    return {
        "false_alarms": round(share.value, 4),
        "low": round(share.low, 4),
        "high": round(share.high, 4),
    }


def render_advice(found: Advice, language: str) -> str:
    """The whole advice as text."""
    telling = _Telling(Texts.of(language), found)
    lines = [*telling.head()]
    for place in found.places:
        lines += ["", *telling.place(place)]
    lines += telling.unknown()
    if any(one.has_records for one in found.places):
        lines += ["", telling.say("advice.unchanged")]
    return "\n".join(lines)


class _Telling:
    """Says everything in one language."""

    def __init__(self, texts: Texts, found: Advice) -> None:
        self.say, self.language, self.found = texts.say, texts.language, found
        self.told: list[object] = []
        self.within = show_length(found.target.within, self.language)

    def head(self) -> Iterator[str]:
        most = self._percent(self.found.target.most)
        if self.found.places:
            yield self.say("advice.title", day=self.found.clock.today, within=self.within, most=most)
        elif not self.found.unknown:
            key = "advice.none_named" if self.found.name else "advice.none"
            yield self.say(key, name=self.found.name)

    def unknown(self) -> list[str]:
        """Conditions without a history: the day of one thing only."""
        if not self.found.unknown:
            return []
        told = self.say("plan.list").join(f"{one.word} {told_place(one.at)}" for one in self.found.unknown)
        return [*([""] if self.found.places else []), self.say("advice.unknown", places=told)]

    def place(self, place: PlaceAdvice) -> Iterator[str]:
        relation = self._relation(place)
        yield f"{self._name(place)}   {self.say('advice.from', relation=relation)}"
        asked = self.say("plan.list").join(dict.fromkeys(told_place(one.at) for one in place.askings))
        yield indented(self.say("advice.asked", places=asked))
        if place.askings[0].is_guessed:
            yield indented(self.say("advice.guessed", field=place.askings[0].word, relation=relation))
        if not place.has_records:
            yield indented(self.say("advice.empty", relation=relation))
            return
        if place.times is None:
            yield from ("", indented(self._table(place)), "")
            for group in place.groups:
                yield indented(self._sentence(group, place))
        yield from self._rhythms(place)
        if place.unlisted:
            yield indented(self.say("advice.unlisted", count=place.unlisted))

    def _name(self, place: PlaceAdvice) -> str:
        threshold, first = place.askings[0].threshold, place.askings[0]
        if place.cell is not None:
            return place.cell.name
        if isinstance(threshold, Length):
            key = "advice.length_of_none" if first.counts else "advice.length"
            return self.say(key, word=first.word, length=show_length(threshold, self.language))
        return self.say("advice.own", word=first.word, times=f"{place.times:f}")

    def _relation(self, place: PlaceAdvice) -> str:
        relation = place.dealings.relation
        return relation.module.labels.en if self.language == "en" else relation.name

    # --- the lengths -------------------------------------------------------------------------

    def _table(self, place: PlaceAdvice) -> str:
        head = [
            self._by(place),
            *(self.say(f"advice.{one}") for one in ("customers", "gaps", "now", "false_alarms", "silent")),
            *(self.say(f"advice.{one}") for one in ("suggested", "false_alarms", "silent")),
        ]
        return columns([head, *(self._row(one, place.dealings.relation.to) for one in place.groups)], _RIGHT)

    def _by(self, place: PlaceAdvice) -> str:
        module = place.dealings.relation.to
        fields = ((name, module.field(name)) for name in place.by)
        return " / ".join(name if one is None else one.labels.of(self.language) for name, one in fields)

    def _row(self, one: GroupAdvice, module: Module) -> list[str]:
        chosen = one.suggestion
        now = ["", "", ""]
        if one.now is not None:
            now = [self._days(one.now), self._share(one.now_share), str(one.now_silent)]
        new = [self.say("advice.nothing"), "", ""]
        if one.fits:
            new = [self.say("advice.keep"), "", ""]
        elif chosen is not None:
            new = [self._days(chosen.days), self._share(chosen.share), str(one.suggested_silent)]
        return [self._group(one, module), str(one.customers), str(one.gaps), *now, *new]

    def _group(self, one: GroupAdvice, module: Module) -> str:
        if one.values:
            return " / ".join(one.values)
        if one.at is None:
            return self.say("advice.all", module=module.labels.of(self.language))
        return self.say("advice.others")

    def _sentence(self, one: GroupAdvice, place: PlaceAdvice) -> str:
        """What a change would mean, or why none is proposed."""
        relation = self._relation(place)
        head = self.say("advice.group", group=self._group(one, place.dealings.relation.to))
        said = []
        if one.now is not None and one.now_share is not None:
            share = self._hundredth(one.now_share)
            said.append(
                self.say(
                    f"advice.comes_back{_none(share)}",
                    now=self._days(one.now),
                    share=share,
                    within=self.within,
                    relation=relation,
                )
            )
        elif one.now is not None and one.lacking is not Lacking.FEW:
            said.append(self.say("advice.now_unknown", now=self._days(one.now)))
        said.append(self._verdict(one))
        at = told_place(one.at or place.askings[0].at)
        changed = self.say("advice.change", place=at) if one.suggestion and not one.fits else ""
        return head + self.say("advice.stop").join(said) + changed

    def _verdict(self, one: GroupAdvice) -> str:
        chosen, most = one.suggestion, self._percent(self.found.target.most)
        if chosen is None:
            facts: dict[str, object] = {
                "gaps": one.gaps,
                "fewest": FEWEST,
                "most": most,
                "within": self.within,
            }
            facts["days"] = "" if one.told_to is None else self._days(one.told_to)
            return self.say(f"advice.lacking_{one.lacking}", **facts)
        if one.fits:
            return self.say("advice.fits")
        share = self._hundredth(chosen.share)
        facts = {
            "days": self._days(chosen.days),
            "share": share,
            "low": self._days(chosen.shortest),
            "high": "" if chosen.longest is None else self._days(chosen.longest),
        }
        sure = "sure" if chosen.shortest == chosen.longest else "range" if chosen.longest else "open_range"
        key = "later" if one.now is None or one.now < chosen.days else "earlier"
        return self.say(f"advice.{key}{_none(share)}", **facts) + self.say(f"advice.{sure}", **facts)

    # --- the own rhythm ----------------------------------------------------------------------

    def _rhythms(self, place: PlaceAdvice) -> Iterator[str]:
        groups = [one for one in place.groups if one.rhythm.quarters is not None]
        told = place.dealings, tuple((one.values, one.rhythm) for one in groups)
        if told in self.told:
            return
        self.told.append(told)
        if not groups:
            yield from ("", indented(self.say("advice.no_rhythm")))
            return
        times = [by.times for by in groups[0].rhythm.alarms]
        head = [self._by(place), self.say("advice.paced"), self.say("advice.usual")]
        for one in times:
            head += [self.say("advice.times", times=f"{one:f}"), self.say("advice.silent")]
        rows = [self._pace_row(one, place) for one in groups]
        key = "rhythm" if place.times is None else "rhythm_now"
        yield from ("", indented(self.say(f"advice.{key}")), indented(columns([head, *rows], _RIGHT)))
        yield indented(self.say("advice.quarters_mean"))
        if place.times is None:
            yield indented(self._written(place))

    def _written(self, place: PlaceAdvice) -> str:
        """How a condition asks by the own rhythm."""
        rhythm, last = place.rhythm_field, place.last_field
        relation, day = place.dealings.relation.name, place.dealings.on.labels.zh
        if rhythm is None:
            return self.say("advice.rhythm_field", relation=relation)
        if last is None:
            return self.say("advice.last_field", relation=relation, day=day)
        return self.say("advice.rhythm_word", word=last.labels.zh, field=rhythm.labels.zh)

    def _pace_row(self, one: GroupAdvice, place: PlaceAdvice) -> list[str]:
        assert one.rhythm.quarters is not None
        low, middle, high = (f"{days:.0f}" for days in one.rhythm.quarters)
        usual = self.say("advice.quarters", low=low, middle=middle, high=high)
        row = [self._group(one, place.dealings.relation.to), str(one.rhythm.customers), usual]
        for by in one.rhythm.alarms:
            row += [self._share(by.share), str(by.silent)]
        return row

    # --- numbers -----------------------------------------------------------------------------

    def _days(self, days: int) -> str:
        return show_length(Length(days, Unit.DAYS), self.language)

    def _share(self, share: Share | None) -> str:
        return self.say("advice.nothing") if share is None else self._percent(share.value)

    @staticmethod
    def _percent(share: float) -> str:
        return f"{share * 100:.0f} %"

    @staticmethod
    def _hundredth(share: Share) -> str:
        return f"{share.value * 100:.0f}"


def _none(hundredth: str) -> str:
    """The end of the text's key where of a hundred not even one comes back."""
    return "_none" if hundredth == "0" else ""
