"""The dry run of the text on the screen, on samples, the store or one's own files; nothing is written."""

from __future__ import annotations

from copy import copy
from dataclasses import asdict, dataclass
from datetime import datetime

from editor.comparing import Comparison, compared
from editor.keeping import Keeping, Upload
from editor.studio import SAMPLES, Studio
from editor.trials import EFFECT, Asked, Foot, Refused, Trial
from engine import (
    LANGUAGES,
    ConditionTold,
    CountTold,
    Desk,
    DryRun,
    FilesRejected,
    Module,
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

    def __call__(self, trial: Trial) -> None:
        """Read the records, plan, add up, compare; the page shows each as soon as it is there."""
        asked = trial.asked
        trial.at = asked.at or self._usual_moment(asked)
        desk = self._studio.desk(trial.at).trying(asked.file, asked.text)
        if trial.is_effect:
            self._weigh(trial, desk)
            return
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
        """With what runs now, on the same records; nothing where it is the same version."""
        live = self._studio.desk(trial.at)
        side, own = live.releases.live(trial.workflow), desk.workspace.workflow(trial.workflow)
        is_same = side is not None and own is not None and side.workflow.version == own.version
        if is_same or trial.stopper.is_stopped:
            return {}
        return compared(live, desk, trial.workflow, LANGUAGES)

    def _weigh(self, trial: Trial, desk: Desk) -> None:
        """What publishing changes, workflow by workflow; the page shows each as soon as it is there."""
        live = self._studio.desk()
        trial.desk, trial.phase, trial.total = desk, "comparing", len(trial.workflows)
        for name in trial.workflows:
            found = compared(live, desk, name, LANGUAGES)
            if trial.stopper.is_stopped:
                return
            trial.effects = (*trial.effects, found)
            trial.done += 1

    # --- records ----------------------------------------------------------------------------------

    def _usual_moment(self, asked: Asked) -> datetime | None:
        """Sample data is tried at its own moment: by now everybody in it would have been silent for long."""
        if self._studio.at is not None or asked.data == STORE or asked.aim == EFFECT:
            return None
        is_beside_store = asked.data == UPLOAD and self._studio.desk().holds_records()
        return None if is_beside_store else self._studio.samples_moment()

    def _bring(self, trial: Trial, desk: Desk) -> None:
        """The records that are asked for, where the desk finds them."""
        data = trial.asked.data
        if data == SAMPLES:
            desk.apart(self._studio.samples(desk))
        elif data == UPLOAD:
            trial.folder.mkdir(parents=True, exist_ok=True)
            self._take_in(trial, desk)
        else:
            desk.store.demand()

    def _take_in(self, trial: Trial, desk: Desk) -> None:
        """What was uploaded, beside the records that are there: it may lead to them."""
        before, brought = copy(desk), trial.asked.uploads
        modules = [_module_of(desk, one) for one in brought]
        desk.apart(trial.folder / "records.db")
        if before.holds_records():
            trial.others = STORE
        elif (self._studio.root / SAMPLES).is_dir():
            trial.others = SAMPLES
            before.apart(self._studio.samples(desk))
        if trial.others:
            desk.borrow(before, {one.key for one in modules})
        for one, module in zip(brought, modules, strict=True):
            trial.taken = (*trial.taken, _taken(desk, one, module, trial.asked.language))


def _heard(trial: Trial, step: Step) -> None:
    trial.done = step.done


def _module_of(desk: Desk, brought: Upload) -> Module:
    return desk.module(brought.module) if brought.module else desk.module_like(brought.path)


def _taken(desk: Desk, brought: Upload, found: Module, language: str) -> Refused:
    """One uploaded file, read into the records of this dry run."""
    path = brought.path
    refused = path.parent / f".refused-{path.name}.csv"  # no upload is called so
    report = desk.import_file(
        found.key, path, refused, explain=lambda one: reason_in_file(one, language), between="；"
    )
    told = import_json(found, report, language)
    taken = report.added + report.updated + report.unchanged
    return Refused(
        brought.name,
        found.labels.of(language),
        taken,
        report.refused_rows,
        tuple(told["refused"][:_SHOWN_REASONS]),
        refused if report.refused_rows else None,
        tuple(told["notes"]),
        report.ignored,
    )


def blind_of(trial: Trial) -> tuple[str, ...]:
    """The columns that were brought and not read, though a condition asks for a field of that name."""
    conditions = [step.condition for head in trial.heads.values() for step in head.funnel]
    ignored = dict.fromkeys(column for one in trial.taken for column in one.ignored)
    return tuple(one for one in ignored if any(one in told for told in conditions))


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
        told.held(for_page=True),
        tuple(told.remarks(for_page=True)),
        tuple(told.funnel()),
    )


def noted(trial: Trial) -> dict[str, object]:
    """What was asked, to be kept for after a restart; uploaded files lie beside it."""
    asked = trial.asked
    return {
        "file": asked.file,
        "text": asked.text,
        "data": asked.data,
        "at": None if asked.at is None else asked.at.isoformat(),
        "record": asked.record,
        "aim": asked.aim,
        "uploads": [[one.name, one.module, one.path.name] for one in asked.uploads],
        "foot": None if trial.foot is None else asdict(trial.foot),
    }


def asked_before(keeping: Keeping, person: str, name: str, language: str) -> tuple[Asked, Foot | None] | None:
    """What was asked in a dry run that the server knows no more; None where nothing of it is left."""
    folder = keeping.of(person, name)
    kept = keeping.noted(folder)
    if kept is None:
        return None
    try:
        files = ((*one[:2], folder / str(at) / one[2]) for at, one in enumerate(kept["uploads"]))
        uploads = tuple(Upload(*one) for one in files)
        at = None if kept["at"] is None else datetime.fromisoformat(kept["at"])
        foot = None if kept["foot"] is None else Foot(**kept["foot"])
        told = (kept["file"], kept["text"], kept["data"], at, kept["record"], language, uploads, kept["aim"])
    except (KeyError, TypeError, ValueError):  # it was kept by another release of Wakeline
        return None
    return Asked(*told), foot
