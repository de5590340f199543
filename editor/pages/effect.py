"""For whom publishing would matter: what is shown of it while it is worked out, and then."""

from __future__ import annotations

from typing import Any

from flask import g, render_template, request

from editor.comparing import ADDED, CHANGED, DROPPED
from editor.trials import Trial
from editor.weighing import LARGE, is_large
from engine import EngineError, Texts


def effect_of(trial: Trial, *, in_dialog: bool = False, **more: Any) -> str:
    """What publishing would change, as far as it is known; beside a dialog also what stands below it."""
    found = [one[g.language] for one in trial.effects]
    told = [one for one in found if not one.is_same]
    return render_template(
        "trials/effect.html",
        trial=trial,
        told=told,
        same=[one for one in found if one.is_same],
        in_dialog=in_dialog,
        problem="" if trial.problem is None else failure_in_words(trial.problem)[0],
        **{**below(trial), **more},
    )


def below(trial: Trial) -> dict[str, Any]:
    """What the foot of a dialog goes by."""
    return {
        "foot": trial.foot,
        "is_known": trial.is_known,
        "is_running": trial.is_running,
        "is_large": is_large(one[g.language] for one in trial.effects),
        "sums": sums_of(trial),
        "lacks": [],
        "typed": request.values.get("typed", ""),
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
