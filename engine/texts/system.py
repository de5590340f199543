"""What the system and its libraries say in English, and the name of the text that says it to the reader."""

from __future__ import annotations

import errno
import os
import re
from types import MappingProxyType
from typing import Final

_NUMBER: Final = re.compile(r"\[Errno -?\d+\] ")
_OF: Final = re.compile(r"(?P<what>[^()]+) \((?P<said>[^()]+)\)")
"""A database names its file before what it says: `wakeline.db (database is locked)`."""

_BY_ERROR: Final = (
    (errno.ENOENT, "absent"),
    (errno.EACCES, "forbidden"),
    (errno.EPERM, "forbidden"),
    (errno.EISDIR, "folder"),
    (errno.ENOTDIR, "no_folder"),
    (errno.ENOSPC, "full"),
    (errno.EDQUOT, "full"),
    (errno.EROFS, "read_only"),
    (errno.EFBIG, "too_large"),
    (errno.EIO, "broken_disk"),
    (errno.EMFILE, "too_many_files"),
    (errno.ENFILE, "too_many_files"),
    (errno.EADDRINUSE, "port_taken"),
    (errno.ECONNREFUSED, "nobody_listens"),
    (errno.ECONNRESET, "closed"),
    (errno.ECONNABORTED, "closed"),
    (errno.EPIPE, "closed"),
    (errno.EHOSTUNREACH, "no_way"),
    (errno.ENETUNREACH, "no_way"),
    (errno.ETIMEDOUT, "silent"),
)
_BY_WORDS: Final = {
    "timed out": "silent",
    "closed by the server": "closed",
    "not connected": "closed",
    "Name or service not known": "unknown_host",
    "No address associated with hostname": "unknown_host",
    "nodename nor servname provided, or not known": "unknown_host",
    "Temporary failure in name resolution": "no_names",
    "database or disk is full": "full",
    "database is locked": "busy",
    "disk I/O error": "broken_disk",
    "unable to open database file": "cannot_open",
    "attempt to write a readonly database": "read_only_database",
    "file is not a database": "no_database",
    "database disk image is malformed": "damaged",
}
_NAMES: Final = MappingProxyType({**_BY_WORDS, **{os.strerror(one): name for one, name in _BY_ERROR}})


def name_of(said: str) -> tuple[str, str] | None:
    """The name of the text (`reasons.NAME`) and of what it is said, if of anything; None for other words."""
    words = _NUMBER.sub("", said, count=1)
    if words in _NAMES:
        return _NAMES[words], ""
    found = _OF.fullmatch(words)
    name = _NAMES.get(found["said"]) if found is not None else None
    return None if found is None or name is None else (name, found["what"])
