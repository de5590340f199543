"""The words that do something with a record: one line a word."""

from collections.abc import Mapping

from engine.actions.add_tag import AddTag
from engine.actions.ask import Ask
from engine.actions.assign import Assign
from engine.actions.choose import Choose
from engine.actions.create_record import CreateRecord
from engine.actions.create_task import CreateTask
from engine.actions.if_then import IfThen
from engine.actions.notify import Notify
from engine.actions.remove_tag import RemoveTag
from engine.actions.send_template import SendTemplate
from engine.actions.split import Split
from engine.actions.start_workflow import StartWorkflow
from engine.actions.stop import Stop
from engine.actions.update_field import UpdateField
from engine.actions.wait import Wait
from engine.actions.wait_until import WaitUntil
from engine.model.kinds import Action, table

ACTIONS: Mapping[str, type[Action]] = table(
    UpdateField,
    AddTag,
    RemoveTag,
    CreateTask,
    CreateRecord,
    SendTemplate,
    Notify,
    Assign,
    Wait,
    WaitUntil,
    Ask,
    IfThen,
    Choose,
    Split,
    StartWorkflow,
    Stop,
)
