"""Statements that are put together once: to say one again takes SQLAlchemy longer than to ask it.

A night asks the ledger a thousand small questions, mostly the same few dozen.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from inspect import signature
from typing import Any, Generic, ParamSpec, TypeVar

import sqlalchemy as sa

P = ParamSpec("P")
S = TypeVar("S", bound=sa.Executable)


class built_once(Generic[P, S]):  # noqa: N801 - used as a decorator
    """A statement made by a function whose arguments become its parameters: it must not look at them.

    Called, it gives what `execute` takes: the statement, and the arguments by their names. A name must not be
    that of a column that the statement sets, nor stand for a list both in IN and in NOT IN.
    """

    def __init__(self, make: Callable[P, S]) -> None:
        """`make` is called when the statement is needed first."""
        self._make: Callable[..., S] = make
        self._names = tuple(signature(make).parameters)
        self._built: S | None = None
        update_wrapper(self, make)

    def __call__(self, *given: P.args, **named: P.kwargs) -> tuple[S, dict[str, Any]]:
        """The statement with its parameters."""
        if self._built is None:
            self._built = self._make(**{name: sa.bindparam(name) for name in self._names})
        return self._built, dict(zip(self._names, given, strict=False)) | named
