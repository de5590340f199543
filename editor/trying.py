"""The dry run of the text on the screen, on samples, the store or one's own files; nothing is written."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from editor.comparing import Comparison, compared
from editor.files import digest_of, read_lying
from editor.keeping import Keeping, Upload
from editor.studio import SAMPLES, Studio
from editor.trials import Asked, Refused, Trial
from engine import (
    LANGUAGES,
    ConditionTold,
    CountTold,
    Desk,
    DryRun,
    EngineError,
    FilesRejected,
    PlanTold,
    Step,
    add_up,
    import_json,
    listening,
    reason_in_file,
)

STORE, UPLOAD = "store", "upload"
"""Where records come from, beside the samples."""
MOST_SUMMED = 10_000
_SHOWN_REASONS = 50


@dataclass(frozen=True)
class Head:
    """What is told of a dry run above its lists, in one language."""

    title: str
    when: str
    module: str
    checked: int
    matched: int
    verdicts: tuple[CountTold, ...]
    effects: tuple[CountTold, ...]
    held: tuple[str, ...]
    remarks: tuple[str, ...]
    funnel: tuple[ConditionTold, ...]

    def count_of(self, verdict: str) -> int:
        """How many have a verdict."""
        return next((one.count for one in self.verdicts if one.key == verdict), 0)


class Work:
    """What the thread of a dry run does, from the beginning to the end."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._samples = Lock()

    def __call__(self, trial: Trial) -> None:
        """Read the records, plan, add up, compare; the page shows each as soon as it is there."""
        asked = trial.asked
        desk = self._studio.desk(asked.at).trying(asked.file, asked.text)
        found = desk.workspace.workflow_of(asked.file)
        if found is None:  # it has errors, or another file has its id
            raise FilesRejected(desk.workspace.diagnostics)
        trial.workflow = found.id
        with listening(lambda step: _heard(trial, step)):
            trial.phase = "reading"
            self._bring(trial, desk)
            trial.phase, trial.done = "checking", 0
            with desk.plan(found.id) as dry:
                heads = {language: _head(dry, language) for language in LANGUAGES}
            trial.desk, trial.heads = desk, heads
            trial.phase, trial.done, trial.total = "adding", 0, min(heads["zh"].matched, MOST_SUMMED)
            with desk.turnout(found.id) as turnout:
                trial.sums = add_up(turnout, MOST_SUMMED)
            trial.phase, trial.total = "comparing", None
            trial.comparisons = self._compared(trial, desk)

    def _compared(self, trial: Trial, desk: Desk) -> dict[str, Comparison]:
        asked = trial.asked
        live = self._studio.desk(asked.at)
        with suppress(OSError):
            if read_lying(self._studio.root / asked.file).text == asked.text:
                return {}
        if trial.stopper.is_stopped:
            return {}
        try:
            return compared(live, desk, asked.file, LANGUAGES)
        except EngineError:
            if trial.stopper.is_stopped:
                raise
            return {}

    # --- records ----------------------------------------------------------------------------------

    def _bring(self, trial: Trial, desk: Desk) -> None:
        """The records that are asked for, where the desk finds them."""
        data = trial.asked.data
        if data == SAMPLES:
            self._take_samples(desk)
        elif data == UPLOAD:
            trial.folder.mkdir(parents=True, exist_ok=True)
            desk.apart(trial.folder / "records.db")
            for one in trial.asked.uploads:
                trial.taken = (*trial.taken, _taken(desk, one, trial.asked.language))
        else:
            desk.store.demand()

    def _take_samples(self, desk: Desk) -> None:
        """Sample data is read once, and again when its files or the model have changed."""
        folder = self._studio.root / SAMPLES
        kept = Keeping(self._studio.root).folder / SAMPLES
        path = kept / f"{digest_of(_state_of(desk, folder))}.db"
        with self._samples:
            if not path.is_file():
                kept.mkdir(parents=True, exist_ok=True)
                part = path.with_suffix(".part")
                desk.sample(folder, part)
                part.replace(path)
            os.utime(path)
        desk.apart(path)


def _heard(trial: Trial, step: Step) -> None:
    trial.done = step.done


def _state_of(desk: Desk, folder: Path) -> str:
    """What sample data is made of: its files as they are, and the files that all workflows stand on."""
    files = sorted((one.name, one.stat()) for one in folder.glob("*.csv"))
    base = (f"{name}\n{desk.workspace.documents[name].text}" for name in desk.workspace.base_files)
    return "\n".join([*(f"{name} {one.st_size} {one.st_mtime_ns}" for name, one in files), *base])


def _taken(desk: Desk, brought: Upload, language: str) -> Refused:
    """One uploaded file, read into the records of this dry run."""
    path = brought.path
    found = desk.module(brought.module) if brought.module else desk.module_like(path)
    refused = path.parent / f".refused-{path.name}.csv"  # no upload is called so
    report = desk.import_file(
        found.key, path, refused, explain=lambda one: reason_in_file(one, language), between="；"
    )
    told = import_json(found, report, language)["refused"][:_SHOWN_REASONS]
    taken = report.added + report.updated + report.unchanged
    return Refused(
        brought.name,
        found.labels.of(language),
        taken,
        report.refused_rows,
        tuple(told),
        refused if report.refused_rows else None,
    )


def _head(dry: DryRun, language: str) -> Head:
    told = PlanTold(dry, language)
    return Head(
        told.title(),
        told.when(),
        dry.workflow.module.labels.of(language),
        dry.counts.checked,
        dry.counts.matched,
        tuple(told.verdicts()),
        tuple(told.effects()),
        told.held(),
        tuple(told.remarks()),
        tuple(told.funnel()),
    )


def noted(asked: Asked) -> dict[str, object]:
    """What was asked, to be kept for after a restart; uploaded files lie beside it."""
    return {
        "file": asked.file,
        "text": asked.text,
        "data": asked.data,
        "at": None if asked.at is None else asked.at.isoformat(),
        "record": asked.record,
        "uploads": [[one.name, one.module, str(one.path)] for one in asked.uploads],
    }
