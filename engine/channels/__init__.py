"""The ways messages leave: one file a kind, one line in the table."""

from engine.channels.file import File
from engine.channels.inbox import Inbox
from engine.channels.smtp import Smtp

__all__ = ["File", "Inbox", "Smtp"]
