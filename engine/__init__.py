"""Wakeline's engine. The names below are the front door; they are loaded when first asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.assist.completing import complete as complete
    from engine.assist.fixes import fixes_of as fixes_of
    from engine.assist.hovering import hover as hover
    from engine.catalogue import names_beside as names_beside
    from engine.catalogue import reference as reference
    from engine.catalogue import schemas as schemas
    from engine.checking import Checked as Checked
    from engine.checking import check as check
    from engine.cli.options import Place as Place
    from engine.cli.options import command as command
    from engine.dryrun import DryRun as DryRun
    from engine.exchange.cells import guarded_cell as guarded_cell
    from engine.front import Desk as Desk
    from engine.log import log_of as log_of
    from engine.model.diagnostics import Diagnostic as Diagnostic
    from engine.model.diagnostics import EngineError as EngineError
    from engine.model.diagnostics import FilesRejected as FilesRejected
    from engine.model.diagnostics import WrongUsage as WrongUsage
    from engine.model.document import Document as Document
    from engine.model.document import Mapping as Mapping
    from engine.model.document import Node as Node
    from engine.model.document import Scalar as Scalar
    from engine.model.document import Sequence as Sequence
    from engine.model.document import path_of as path_of
    from engine.model.document import plain_value as plain_value
    from engine.progress import Step as Step
    from engine.progress import listening as listening
    from engine.report.describe import Sentence as Sentence
    from engine.report.describe import conditions_in_words as conditions_in_words
    from engine.report.describe import describe as describe
    from engine.report.describe import render_sentence as render_sentence
    from engine.report.diagnostics import diagnostics_json as diagnostics_json
    from engine.report.diff_told import ChangeTold as ChangeTold
    from engine.report.diff_told import DiffTold as DiffTold
    from engine.report.explain import render_explanation as render_explanation
    from engine.report.imports import import_json as import_json
    from engine.report.imports import reason_in_file as reason_in_file
    from engine.report.letters import LetterTold as LetterTold
    from engine.report.phrases.steps import BranchTold as BranchTold
    from engine.report.phrases.steps import StepTold as StepTold
    from engine.report.plan_told import ConditionTold as ConditionTold
    from engine.report.plan_told import CountTold as CountTold
    from engine.report.plan_told import PlanTold as PlanTold
    from engine.report.why import AttendantTold as AttendantTold
    from engine.report.why import SumsTold as SumsTold
    from engine.report.why import TurnoutTold as TurnoutTold
    from engine.report.why import WhyTold as WhyTold
    from engine.rewriting.edits import Edit as Edit
    from engine.rewriting.edits import Fragment as Fragment
    from engine.rewriting.edits import Operation as Operation
    from engine.rewriting.rewrite import Refused as Refused
    from engine.rewriting.rewrite import Rewritten as Rewritten
    from engine.rewriting.rewrite import rewritten as rewritten
    from engine.rewriting.whole import write_whole as write_whole
    from engine.stopping import Stopper as Stopper
    from engine.texts import LANGUAGES as LANGUAGES
    from engine.texts import Texts as Texts
    from engine.turnout import Part as Part
    from engine.turnout import Sums as Sums
    from engine.turnout import add_up as add_up
    from engine.verdicts import Verdict as Verdict
    from engine.workspace import Workspace as Workspace
    from engine.workspace import is_workflow_file as is_workflow_file
    from engine.workspace import open_workspace as open_workspace

__version__ = "0.1.0"

_ROOMS = {
    "engine.assist.completing": ("complete",),
    "engine.assist.fixes": ("fixes_of",),
    "engine.assist.hovering": ("hover",),
    "engine.catalogue": ("names_beside", "reference", "schemas"),
    "engine.checking": ("Checked", "check"),
    "engine.cli.options": ("Place", "command"),
    "engine.dryrun": ("DryRun",),
    "engine.exchange.cells": ("guarded_cell",),
    "engine.front": ("Desk",),
    "engine.log": ("log_of",),
    "engine.model.diagnostics": ("Diagnostic", "EngineError", "FilesRejected", "WrongUsage"),
    "engine.model.document": (
        *("Document", "Mapping", "Node", "Scalar", "Sequence"),
        *("path_of", "plain_value"),
    ),
    "engine.progress": ("Step", "listening"),
    "engine.report.describe": ("Sentence", "conditions_in_words", "describe", "render_sentence"),
    "engine.report.diagnostics": ("diagnostics_json",),
    "engine.report.diff_told": ("ChangeTold", "DiffTold"),
    "engine.report.explain": ("render_explanation",),
    "engine.report.imports": ("import_json", "reason_in_file"),
    "engine.report.letters": ("LetterTold",),
    "engine.report.phrases.steps": ("BranchTold", "StepTold"),
    "engine.report.plan_told": ("ConditionTold", "CountTold", "PlanTold"),
    "engine.report.why": ("AttendantTold", "SumsTold", "TurnoutTold", "WhyTold"),
    "engine.rewriting.edits": ("Edit", "Fragment", "Operation"),
    "engine.rewriting.rewrite": ("Refused", "Rewritten", "rewritten"),
    "engine.rewriting.whole": ("write_whole",),
    "engine.stopping": ("Stopper",),
    "engine.texts": ("LANGUAGES", "Texts"),
    "engine.turnout": ("Part", "Sums", "add_up"),
    "engine.verdicts": ("Verdict",),
    "engine.workspace": ("Workspace", "is_workflow_file", "open_workspace"),
}
_FRONT = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = ["__version__", *_FRONT]  # noqa: PLE0604 - the names of the table


def __getattr__(name: str) -> Any:
    if name not in _FRONT:
        raise AttributeError(name)
    return getattr(import_module(_FRONT[name]), name)
