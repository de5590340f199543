"""Commands about who may sign in, and about what people did: user, audit."""

from __future__ import annotations

import getpass
import json
import sys
from typing import Any

import click

from engine.cli.noting import me
from engine.cli.options import (
    NUMBER,
    Place,
    command,
    help_option,
    moment_of,
    write_options,
    write_section,
    write_usage,
)
from engine.gatehouse import ROLES, SEES_OWN
from engine.ledger.accounts import Account
from engine.model.diagnostics import WrongUsage, nearest
from engine.report.audit import account_json, render_accounts, render_entries
from engine.texts import Texts


def commands(texts: Texts) -> list[click.Command]:
    """The commands of this group."""
    return [_Users(texts), _audit(texts)]


class _Users(click.Group):
    """`wakeline user …`: a command for each thing that may be done to an account."""

    def __init__(self, texts: Texts) -> None:
        name = click.Argument(["name"], metavar="NAME")
        person = click.Option(["--person"], default="", metavar="KEY", help=texts.say("user.option_person"))
        roles = click.Choice(ROLES)
        role = click.Option(["--role"], type=roles, required=True, help=texts.say("user.option_role"))
        to = click.Argument(["role"], type=roles, metavar="ROLE")
        made = [
            _one("add", texts, _add, name, role, person),
            _one("list", texts, _list),
            _one("password", texts, _password, name),
            _one("role", texts, _role, name, to, person),
            _one("disable", texts, _disable, name),
            _one("enable", texts, _enable, name),
        ]
        params = [help_option(texts)]
        super().__init__(
            "user", commands={one.name or "": one for one in made}, help=texts.say("cli.user"), params=params
        )
        self._texts = texts

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One command."""
        found = super().get_command(ctx, cmd_name)
        if found is None:
            raise WrongUsage("W921", name=f"user {cmd_name}", nearest=nearest(cmd_name, set(self.commands)))
        return found

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The first line of the help."""
        write_usage(self, ctx, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of options, then of commands."""
        write_options(self, ctx, formatter)
        rows = [(name, one.help or "") for name, one in self.commands.items()]
        write_section(formatter, self._texts.say("cli.commands"), rows)


def _one(name: str, texts: Texts, run: Any, *params: click.Parameter) -> click.Command:
    found = command("user", texts, run, *params)
    found.name, found.help = name, texts.say(f"user.{name}")
    return found


def _add(place: Place, name: str, role: str, person: str) -> int:
    gate = place.desk().gatehouse()
    made = gate.add(name, _asked(place), me(), role=role, person=person)
    _warn_of_nobody(place, made)
    return _told(place, "added", name=name)


def _warn_of_nobody(place: Place, account: Account) -> None:
    """Of an account that is shown no customer until somebody says whose."""
    if account.role in SEES_OWN and not account.person:
        facts = {"name": account.name, "role": account.role}
        click.echo(Texts.of(place.language).say("user.sees_nobody", **facts), err=True)


def _list(place: Place) -> int:
    desk, texts = place.desk(), Texts.of(place.language)
    gate = desk.gatehouse()
    last, found = gate.last_sign_ins(), gate.accounts()
    if place.as_json:
        rows = [account_json(one, last.get(one.name)) for one in found]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        people = gate.colleagues() if found else {}
        click.echo(render_accounts(found, last, people, texts=texts, zone=desk.clock.zone))
    return 0


def _password(place: Place, name: str) -> int:
    gate = place.desk().gatehouse()
    gate.demand(name)
    gate.set_password(name, _asked(place), me())
    return _told(place, "changed", name=name)


def _role(place: Place, name: str, role: str, person: str) -> int:
    gate = place.desk().gatehouse()
    found = gate.set_role(name, role, me())
    if person:
        found = gate.set_person(name, person, me())
    _warn_of_nobody(place, found)
    return _told(place, "changed", name=name)


def _disable(place: Place, name: str) -> int:
    place.desk().gatehouse().disable(name, me())
    return _told(place, "is_disabled", name=name)


def _enable(place: Place, name: str) -> int:
    place.desk().gatehouse().enable(name, me())
    return _told(place, "is_enabled", name=name)


def _told(place: Place, key: str, **facts: str) -> int:
    click.echo(Texts.of(place.language).say(f"user.{key}", **facts))
    return 0


def _asked(place: Place) -> str:
    """A password: typed twice where somebody sits there, else one line of the input. Never an argument."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    say = Texts.of(place.language).say
    first, second = (getpass.getpass(say(f"user.{key}")) for key in ("ask", "ask_again"))
    if first != second:
        raise WrongUsage("W765", kind="differ")
    return first


def _audit(texts: Texts) -> click.Command:
    say = texts.say
    named = {"who": "NAME", "deed": "DEED", "subject": "TEXT", "since": "DAY", "until": "DAY"}
    filters = [
        click.Option([f"--{name}"], default="", metavar=metavar, help=say(f"audit.option_{name}"))
        for name, metavar in named.items()
    ]
    verify = click.Option(["--verify"], is_flag=True, help=say("audit.option_verify"))
    limit = click.Option(["--limit"], type=NUMBER, default=None, help=say("cli.option_limit"))
    return command("audit", texts, _show, verify, *filters, limit)


def _show(place: Place, *, verify: bool, limit: int | None, since: str, until: str, **chosen: str) -> int:
    desk, texts = place.desk(), Texts.of(place.language)
    gate = desk.gatehouse()
    if verify:
        return _verified(place, *gate.verify())
    first, last = (moment_of(one or None) for one in (since, until))
    wanted = gate.wanted(since=first and first.date(), until=last and last.date(), **chosen)
    found = gate.entries(wanted, limit=limit or (None if place.as_json else 50))
    if place.as_json:
        click.echo(json.dumps([one.as_json() for one in found], ensure_ascii=False, indent=1))
    else:
        click.echo(render_entries(found, texts, desk.clock.zone))
    return 0


def _verified(place: Place, count: int, broken: int | None) -> int:
    if place.as_json:
        click.echo(json.dumps({"rows": count, "first_broken": broken}))
    else:
        key = "whole" if broken is None else "broken"
        click.echo(Texts.of(place.language).say(f"audit.{key}", count=count, number=broken))
    return 0 if broken is None else 1
