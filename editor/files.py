"""A file of the workspace as it lies on the disk: its text for the page, its bytes when it is written."""

from __future__ import annotations

import codecs
import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from engine import EngineError, WrongUsage, leads_outside, write_whole

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DENIED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class CannotWrite(EngineError):
    """A file cannot be written; what is on the disk is what was there before."""

    code = "W831"


@dataclass(frozen=True)
class Lying:
    """What lies on the disk. Pages know one kind of line end; the one the file has comes back with it."""

    text: str
    ends: str = "\n"
    bom: bytes = b""
    encoding: str = "utf-8"
    is_foreign: bool = False
    """Whether it cannot be written back as it was: another encoding, or line ends of two kinds."""

    @property
    def name(self) -> str:
        """Names this state of the file."""
        return digest_of(self.text)

    def bytes_with(self, text: str) -> bytes:
        """Another text in the same dress."""
        return self.bom + text.replace("\n", self.ends).encode(self.encoding)


def read_lying(path: Path) -> Lying:
    """The file as it is now; what is no text of the encoding it says is read as far as it goes.

    One that is not there yet is empty.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raw = b""
    bom, encoding = next((one for one in _BOMS if raw.startswith(one[0])), (b"", "utf-8"))
    text = raw.removeprefix(bom).decode(encoding, errors="replace")
    ends = "\r\n" if "\r\n" in text else "\n"
    found = Lying(text.replace("\r\n", "\n"), ends, bom, encoding)
    return replace(found, is_foreign=found.bytes_with(found.text) != raw)


def write_lying(root: Path, path: Path, raw: bytes) -> None:
    """Write a file of a workspace whole, in a folder that is made where it is missing. Raises CannotWrite."""
    with telling_what_is_shut(path.relative_to(root).as_posix()):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, raw)


@contextmanager
def telling_what_is_shut(file: str) -> Iterator[None]:
    """Whoever writes is told why that cannot be: the system's own words are for programmers."""
    try:
        yield
    except OSError as failure:
        kind = "denied" if failure.errno in _DENIED else "full" if failure.errno in _FULL else ""
        raise CannotWrite(kind=kind, file=file, reason=failure.strerror or "") from failure


def demand_inside(root: Path, file: str) -> None:
    """No link leads out of the workspace, not for reading and not for writing. Raises WrongUsage."""
    is_below = (root / file).parent.resolve().is_relative_to(root.resolve())
    if leads_outside(root / file, root) or not is_below:
        raise WrongUsage("W101", kind="outside")


def digest_of(text: str) -> str:
    """A name that a text alone has."""
    return sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()[:16]
