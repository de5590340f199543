"""Wakeline's engine. The names below are the front door; they are loaded when first asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.assist.about import About as About
    from engine.assist.completing import complete as complete
    from engine.assist.fitting import Choosable as Choosable
    from engine.assist.fitting import Fitting as Fitting
    from engine.assist.fitting import called_at as called_at
    from engine.assist.fitting import fitting_at as fitting_at
    from engine.assist.fitting import key_called as key_called
    from engine.assist.fitting import keys_at as keys_at
    from engine.assist.fitting import names_at as names_at
    from engine.assist.fixes import fixes_of as fixes_of
    from engine.assist.hovering import hover as hover
    from engine.assist.names import rhythms as rhythms
    from engine.assist.names import usual_words as usual_words
    from engine.catalogue import reference as reference
    from engine.catalogue import schemas as schemas
    from engine.checking import Checked as Checked
    from engine.checking import check as check
    from engine.cli.options import Place as Place
    from engine.cli.options import command as command
    from engine.dryrun import DryRun as DryRun
    from engine.exchange.cells import guarded as guarded
    from engine.exchange.cells import guarded_cell as guarded_cell
    from engine.files.templates import PARTIALS as PARTIALS
    from engine.front import Desk as Desk
    from engine.gatehouse import ROLES as ROLES
    from engine.gatehouse import SEES_OWN as SEES_OWN
    from engine.gatehouse import Gatehouse as Gatehouse
    from engine.gatehouse import Refusal as Refusal
    from engine.handover import OnChange as OnChange
    from engine.ledger.accounts import Account as Account
    from engine.ledger.audit import Actor as Actor
    from engine.ledger.audit import Audit as Audit
    from engine.ledger.audit import Deed as Deed
    from engine.ledger.audit import Entry as Entry
    from engine.ledger.history import Published as Published
    from engine.ledger.history import Resting as Resting
    from engine.ledger.proposals import Proposal as Proposal
    from engine.ledger.proposals import ProposalState as ProposalState
    from engine.load import leads_outside as leads_outside
    from engine.load import load_document as load_document
    from engine.log import log_of as log_of
    from engine.log import written as written
    from engine.metrics import Metrics as Metrics
    from engine.model.diagnostics import Diagnostic as Diagnostic
    from engine.model.diagnostics import EngineError as EngineError
    from engine.model.diagnostics import FilesRejected as FilesRejected
    from engine.model.diagnostics import Problems as Problems
    from engine.model.diagnostics import WrongUsage as WrongUsage
    from engine.model.document import Document as Document
    from engine.model.document import Mapping as Mapping
    from engine.model.document import Node as Node
    from engine.model.document import Scalar as Scalar
    from engine.model.document import Sequence as Sequence
    from engine.model.document import paths_in as paths_in
    from engine.model.document import plain_value as plain_value
    from engine.model.entities import Field as Field
    from engine.model.entities import FieldType as FieldType
    from engine.model.entities import Module as Module
    from engine.model.nights import AskState as AskState
    from engine.model.nights import Cause as Cause
    from engine.model.nights import EventState as EventState
    from engine.model.nights import LetterState as LetterState
    from engine.model.nights import RunState as RunState
    from engine.model.nights import Walking as Walking
    from engine.passwords import Passwords as Passwords
    from engine.playbooks import Need as Need
    from engine.playbooks import needs_of as needs_of
    from engine.playbooks import taken_along as taken_along
    from engine.post_office import DECISIONS as DECISIONS
    from engine.previews import Letter as Letter
    from engine.previews import Preview as Preview
    from engine.previews import Voice as Voice
    from engine.previews import names_in as names_in
    from engine.progress import Step as Step
    from engine.progress import listening as listening
    from engine.records.naming import Sought as Sought
    from engine.register import written_id as written_id
    from engine.releases import Waiting as Waiting
    from engine.report.audit import deed_told as deed_told
    from engine.report.audit import details_told as details_told
    from engine.report.audit import moment_told as moment_told
    from engine.report.audit import role_told as role_told
    from engine.report.conditions_told import AnswerTold as AnswerTold
    from engine.report.describe import Sentence as Sentence
    from engine.report.describe import conditions_in_words as conditions_in_words
    from engine.report.describe import describe as describe
    from engine.report.describe import render_sentence as render_sentence
    from engine.report.diagnostics import diagnostics_json as diagnostics_json
    from engine.report.diff_told import ChangeTold as ChangeTold
    from engine.report.diff_told import DiffTold as DiffTold
    from engine.report.doctor import checkup_json as checkup_json
    from engine.report.effects import EffectWords as EffectWords
    from engine.report.examples import ExampleTold as ExampleTold
    from engine.report.examples import tell_example as tell_example
    from engine.report.examples import tell_standing as tell_standing
    from engine.report.explain import render_explanation as render_explanation
    from engine.report.figures import Sheet as Sheet
    from engine.report.figures import sheets_of as sheets_of
    from engine.report.hindsight import RecalledTold as RecalledTold
    from engine.report.imports import import_json as import_json
    from engine.report.imports import reason_in_file as reason_in_file
    from engine.report.letters import LetterTold as LetterTold
    from engine.report.lists import RowsTold as RowsTold
    from engine.report.lists import row_json as row_json
    from engine.report.lists import row_shape as row_shape
    from engine.report.lists import tell_rows as tell_rows
    from engine.report.phrases.steps import BranchTold as BranchTold
    from engine.report.phrases.steps import StepTold as StepTold
    from engine.report.plan_told import ConditionTold as ConditionTold
    from engine.report.plan_told import CountTold as CountTold
    from engine.report.plan_told import PlanTold as PlanTold
    from engine.report.run_told import RecordTold as RecordTold
    from engine.report.run_told import RunTold as RunTold
    from engine.report.run_told import tell_records as tell_records
    from engine.report.run_told import tell_run as tell_run
    from engine.report.undo import UndoTold as UndoTold
    from engine.report.undo import tell_undo as tell_undo
    from engine.report.why import AttendantTold as AttendantTold
    from engine.report.why import SumsTold as SumsTold
    from engine.report.why import TurnoutTold as TurnoutTold
    from engine.report.why import WhyTold as WhyTold
    from engine.reporting import Period as Period
    from engine.rewriting.edits import Edit as Edit
    from engine.rewriting.edits import Fragment as Fragment
    from engine.rewriting.edits import Operation as Operation
    from engine.rewriting.rewrite import Refused as Refused
    from engine.rewriting.rewrite import Rewritten as Rewritten
    from engine.rewriting.rewrite import rewritten as rewritten
    from engine.rewriting.whole import write_whole as write_whole
    from engine.services.health import Health as Health
    from engine.shipped import shipped_workspace as shipped_workspace
    from engine.sides import Side as Side
    from engine.signed import LARGEST_EVENT as LARGEST_EVENT
    from engine.signed import too_large as too_large
    from engine.stopping import Stopper as Stopper
    from engine.texts import LANGUAGES as LANGUAGES
    from engine.texts import Texts as Texts
    from engine.turnout import Part as Part
    from engine.turnout import Sums as Sums
    from engine.turnout import add_up as add_up
    from engine.usage import Usage as Usage
    from engine.usage import usage_of as usage_of
    from engine.verdicts import Verdict as Verdict
    from engine.versions import MODEL as MODEL
    from engine.versions import TABLES as TABLES
    from engine.versions import TEMPLATES as TEMPLATES
    from engine.workspace import Workspace as Workspace
    from engine.workspace import is_workflow_file as is_workflow_file
    from engine.workspace import open_workspace as open_workspace

__version__ = "0.1.0"

_ROOMS = {
    "engine.assist.about": ("About",),
    "engine.assist.completing": ("complete",),
    "engine.assist.fitting": (
        "Choosable",
        "Fitting",
        "called_at",
        "fitting_at",
        "key_called",
        "keys_at",
        "names_at",
    ),
    "engine.assist.fixes": ("fixes_of",),
    "engine.assist.hovering": ("hover",),
    "engine.assist.names": ("rhythms", "usual_words"),
    "engine.catalogue": ("reference", "schemas"),
    "engine.checking": ("Checked", "check"),
    "engine.cli.options": ("Place", "command"),
    "engine.dryrun": ("DryRun",),
    "engine.exchange.cells": ("guarded", "guarded_cell"),
    "engine.files.templates": ("PARTIALS",),
    "engine.front": ("Desk",),
    "engine.gatehouse": ("Gatehouse", "ROLES", "Refusal", "SEES_OWN"),
    "engine.handover": ("OnChange",),
    "engine.ledger.accounts": ("Account",),
    "engine.ledger.audit": ("Actor", "Audit", "Deed", "Entry"),
    "engine.ledger.history": ("Published", "Resting"),
    "engine.ledger.proposals": ("Proposal", "ProposalState"),
    "engine.load": ("leads_outside", "load_document"),
    "engine.log": ("log_of", "written"),
    "engine.metrics": ("Metrics",),
    "engine.model.diagnostics": ("Diagnostic", "EngineError", "FilesRejected", "Problems", "WrongUsage"),
    "engine.model.document": ("Document", "Mapping", "Node", "Scalar", "Sequence", "paths_in", "plain_value"),
    "engine.model.entities": ("Field", "FieldType", "Module"),
    "engine.model.nights": ("AskState", "Cause", "EventState", "LetterState", "RunState", "Walking"),
    "engine.passwords": ("Passwords",),
    "engine.playbooks": ("Need", "needs_of", "taken_along"),
    "engine.post_office": ("DECISIONS",),
    "engine.previews": ("Letter", "Preview", "Voice", "names_in"),
    "engine.progress": ("Step", "listening"),
    "engine.records.naming": ("Sought",),
    "engine.register": ("written_id",),
    "engine.releases": ("Waiting",),
    "engine.report.audit": ("deed_told", "details_told", "moment_told", "role_told"),
    "engine.report.describe": ("Sentence", "conditions_in_words", "describe", "render_sentence"),
    "engine.report.diagnostics": ("diagnostics_json",),
    "engine.report.diff_told": ("ChangeTold", "DiffTold"),
    "engine.report.doctor": ("checkup_json",),
    "engine.report.conditions_told": ("AnswerTold",),
    "engine.report.effects": ("EffectWords",),
    "engine.report.examples": ("ExampleTold", "tell_example", "tell_standing"),
    "engine.report.explain": ("render_explanation",),
    "engine.report.figures": ("Sheet", "sheets_of"),
    "engine.report.hindsight": ("RecalledTold",),
    "engine.report.imports": ("import_json", "reason_in_file"),
    "engine.report.letters": ("LetterTold",),
    "engine.report.lists": ("RowsTold", "row_json", "row_shape", "tell_rows"),
    "engine.report.phrases.steps": ("BranchTold", "StepTold"),
    "engine.report.plan_told": ("ConditionTold", "CountTold", "PlanTold"),
    "engine.report.run_told": ("RecordTold", "RunTold", "tell_records", "tell_run"),
    "engine.report.undo": ("UndoTold", "tell_undo"),
    "engine.report.why": ("AttendantTold", "SumsTold", "TurnoutTold", "WhyTold"),
    "engine.reporting": ("Period",),
    "engine.rewriting.edits": ("Edit", "Fragment", "Operation"),
    "engine.rewriting.rewrite": ("Refused", "Rewritten", "rewritten"),
    "engine.rewriting.whole": ("write_whole",),
    "engine.services.health": ("Health",),
    "engine.shipped": ("shipped_workspace",),
    "engine.sides": ("Side",),
    "engine.signed": ("LARGEST_EVENT", "too_large"),
    "engine.stopping": ("Stopper",),
    "engine.texts": ("LANGUAGES", "Texts"),
    "engine.turnout": ("Part", "Sums", "add_up"),
    "engine.usage": ("Usage", "usage_of"),
    "engine.verdicts": ("Verdict",),
    "engine.versions": ("MODEL", "SETTINGS", "TABLES", "TEMPLATES"),
    "engine.workspace": ("Workspace", "is_workflow_file", "open_workspace"),
}
_FRONT = {name: room for room, names in _ROOMS.items() for name in names}

__all__ = ["__version__", *_FRONT]  # noqa: PLE0604 - the names of the table


def __getattr__(name: str) -> Any:
    if name not in _FRONT:
        raise AttributeError(name)
    return getattr(import_module(_FRONT[name]), name)
