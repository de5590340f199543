"""For whom publishing would matter: what is shown of it while it is worked out, and then."""

from __future__ import annotations

from typing import Any

from flask import g, render_template

from editor.comparing import ADDED, CHANGED, DROPPED
from editor.trials import Foot, Trial
from editor.weighing import LARGE, is_large
from engine import EngineError, Texts


def effect_of(trial: Trial, *, in_dialog: bool = False, is_first: bool = False) -> str:
    """What publishing would change, as far as it is known; beside a dialog also what stands below it."""
    return render_template("trials/effect.html", is_first=is_first, **_told(trial, 0, in_dialog=in_dialog))


def news_of_effect(trial: Trial, since: int, *, in_dialog: bool) -> str:
    """What has come to it since the page has shown so many workflows: these stay as the reader has them."""
    return render_template("trials/effect-news.html", **_told(trial, since, in_dialog=in_dialog))


def gone_effect(file: str, foot: Foot | None) -> str:
    """For a dialog whose effect the server knows no more: all that was filled in there stays."""
    is_not = {"is_running": False, "is_known": False, "lacks": []}
    return render_template("trials/effect-gone.html", file=file, foot=foot, **is_not)


def _told(trial: Trial, since: int, *, in_dialog: bool) -> dict[str, Any]:
    is_running = trial.is_running  # asked first: what is there when it is over is all
    found = [one[g.language] for one in trial.effects]
    return {
        "trial": trial,
        "file": trial.asked.file,
        "told": [one for one in found[since:] if not one.is_same],
        "same": [one for one in found if one.is_same],
        "shown": len(found),
        "in_dialog": in_dialog,
        "problem": "" if trial.problem is None else failure_in_words(trial.problem)[0],
        "foot": trial.foot,
        "is_known": trial.is_known,
        "is_running": is_running,
        "is_large": is_large(found),
        "sums": sums_of(trial),
        "lacks": [],
        "large": LARGE,
    }


def sums_of(trial: Trial) -> tuple[int, ...]:
    """How many start that would not before, start no more, have something else done; of all workflows."""
    found = [one[g.language] for one in trial.effects]
    return tuple(sum(one.count_of(kind) for one in found) for kind in (ADDED, DROPPED, CHANGED))


def failure_in_words(failure: EngineError) -> tuple[str, str]:
    """What went wrong, and what helps."""
    texts = Texts.of(g.language)
    return texts.message(failure.code, failure.facts), texts.hint(failure.code, failure.facts)
