"""The data model, looked up by key or by label, old labels too (LANGUAGE section 5, Meaning 17)."""

from __future__ import annotations

import pytest

from engine.files.model import read_model
from engine.load import load_document
from engine.model.diagnostics import Problems
from engine.model.entities import FieldType, Labels, Model, Module

MODEL = """\
modules:
  staff:
    label: 员工
    fields:
      name: {label: 姓名, type: text}
      boss: {label: 上级, type: link, to: 员工, as: 下属}
  customers:
    label: {zh: 客户, en: Customer}
    also: [老客户]
    fields:
      name: {label: {zh: 客户名称, en: Name}, type: text}
      tier:
        label: 客户层级
        also: [客户等级, 级别]
        type: choice
        options: [A, B]
        retired: [Z]
        also_options: {甲: A}
        required: true
      state: {label: 状态, type: choice, options: [开, 关], default: 开}
      owner: {label: 负责人, type: link, to: staff, as: 负责的客户}
      deputy: {label: 协办人, type: link, to: staff}
      tags: {label: 标签, type: tags, options: [高潜]}
      mail: {label: 邮箱, type: email, contact: email}
  orders:
    label: {zh: 订单, en: Order}
    key: 单号
    fields:
      no: {label: 单号, type: number}
      customer: {label: 客户, type: link, to: Customer, as: 订单}
  visits:
    label: {zh: 拜访, en: Visit}
    fields:
      customer: {label: 客户, type: link, to: 客户}
  letters:
    label: 来信
    fields:
      sender: {label: 寄件人, type: link, to: 客户, as: 寄出的信}
      receiver: {label: 收件人, type: link, to: 客户, as: 收到的信}
"""


def read() -> Model:
    problems = Problems()
    model = read_model(load_document(MODEL, "model.yaml", problems), problems)
    assert not problems.found
    return model


COMPANY = read()


def module(name: str) -> Module:
    found = COMPANY.module(name)
    assert found is not None, name
    return found


@pytest.mark.parametrize("name", ["customers", "客户", "Customer", "老客户"])
def test_module_goes_by_key_label_or_old_label(name: str) -> None:
    assert module(name).key == "customers"


@pytest.mark.parametrize("name", ["客户们", "customer", "CUSTOMERS", ""])
def test_strange_name_is_no_module(name: str) -> None:
    assert COMPANY.module(name) is None


@pytest.mark.parametrize("name", ["tier", "客户层级", "客户等级", "级别"])
def test_field_goes_by_key_label_or_old_label(name: str) -> None:
    assert module("客户").field(name) is module("客户").fields["tier"]


@pytest.mark.parametrize("name", ["name", "客户名称", "Name"])
def test_field_goes_by_the_label_of_each_language(name: str) -> None:
    assert module("客户").field(name) is module("客户").fields["name"]


@pytest.mark.parametrize("name", ["层级", "Tier", "", "customers"])
def test_strange_name_is_no_field(name: str) -> None:
    assert module("客户").field(name) is None


def test_record_key_is_a_field_by_its_names() -> None:
    for name in ("id", "编号", "ID"):
        assert module("客户").field(name) is module("客户").record_key


def test_record_key_may_be_a_field_of_the_module() -> None:
    assert module("订单").record_key is module("订单").fields["no"]
    assert module("订单").field("编号") is None


def test_all_names_are_offered() -> None:
    assert {"tier", "客户层级", "客户等级", "级别", "编号"} <= set(module("客户").field_names())
    assert {"customers", "客户", "Customer", "老客户"} <= set(COMPANY.module_names())


def test_labels_by_language_newest_first() -> None:
    labels = Labels("客户", "Customer", ("老客户",))

    assert (labels.of("zh"), labels.of("en"), labels.of("fr")) == ("客户", "Customer", "客户")
    assert labels.all() == ("客户", "Customer", "老客户")


def test_one_label_serves_both_languages() -> None:
    assert module("员工").labels == Labels("员工", "员工")


@pytest.mark.parametrize("written, option", [("A", "A"), ("Z", "Z"), ("甲", "A"), ("D", None), ("a", None)])
def test_options_by_name_old_name_and_retired(written: str, option: str | None) -> None:
    assert module("客户").fields["tier"].option(written) == option


@pytest.mark.parametrize("key, may_be", [("tier", False), ("state", False), ("name", True)])
def test_required_and_default_fields_are_never_missing(key: str, may_be: bool) -> None:
    assert module("客户").fields[key].may_be_missing == may_be


def test_special_fields_are_found() -> None:
    customers = module("客户")

    assert customers.tags_field() is customers.fields["tags"]
    assert customers.contact("email") is customers.fields["mail"]
    assert (customers.contact("sms"), module("员工").tags_field()) == (None, None)


def test_links_know_their_module_whatever_name_was_written() -> None:
    assert COMPANY.linked(module("客户").fields["owner"]) is module("员工")
    assert COMPANY.linked(module("订单").fields["customer"]) is module("客户")
    assert COMPANY.linked(module("员工").fields["boss"]) is module("员工")


# --- relations ----------------------------------------------------------------------------------------------


def test_relations_are_named_by_as_or_by_the_module() -> None:
    names = [one.name for one in COMPANY.relations(module("客户"))]

    assert names == ["订单", "拜访", "寄出的信", "收到的信"]


@pytest.mark.parametrize(
    "name, key, link",
    [
        ("订单", "orders", "customer"),
        ("orders", "orders", "customer"),
        ("Order", "orders", "customer"),
        ("拜访", "visits", "customer"),
        ("Visit", "visits", "customer"),
        ("寄出的信", "letters", "sender"),
        ("收到的信", "letters", "receiver"),
    ],
)
def test_relation_goes_by_as_or_by_its_module(name: str, key: str, link: str) -> None:
    found = COMPANY.relation(module("客户"), name)

    assert found is not None
    assert (found.module.key, found.link.key) == (key, link)


@pytest.mark.parametrize("name", ["来信", "letters"])
def test_module_with_two_links_is_no_name_of_a_relation(name: str) -> None:
    assert COMPANY.relation(module("客户"), name) is None


@pytest.mark.parametrize("name", ["发票", "员工", "客户", ""])
def test_module_without_a_link_here_is_no_relation(name: str) -> None:
    assert COMPANY.relation(module("客户"), name) is None


def test_people_are_related_to_their_customers_and_to_each_other() -> None:
    names = {one.name: one.link.key for one in COMPANY.relations(module("员工"))}

    assert names == {"下属": "boss", "负责的客户": "owner", "客户": "deputy"}


@pytest.mark.parametrize(
    "kind, numeric, text, moment",
    [
        ("number", 1, 0, 0),
        ("money", 1, 0, 0),
        ("percent", 1, 0, 0),
        ("text", 0, 1, 0),
        ("email", 0, 1, 0),
        ("phone", 0, 1, 0),
        ("date", 0, 0, 1),
        ("datetime", 0, 0, 1),
        ("length", 0, 0, 0),
        ("choice", 0, 0, 0),
        ("yes_no", 0, 0, 0),
        ("tags", 0, 0, 0),
        ("link", 0, 0, 0),
    ],
)
def test_types_by_family(kind: str, numeric: int, text: int, moment: int) -> None:
    one = FieldType(kind)

    assert (one.is_numeric, one.is_text, one.is_moment) == (bool(numeric), bool(text), bool(moment))
