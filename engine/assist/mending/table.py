"""Every code that one edit can mend, and what makes the edits: one line a code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from engine.assist.mending import lines, signs, values, words
from engine.assist.mending.source import Case, Fix

FIXES: Mapping[str, Callable[[Case], Iterator[Fix]]] = {
    "W104": lines.unreadable,
    "W105": signs.in_quotes,
    "W107": lines.remove_entry,
    "W110": signs.blank,
    "W112": signs.braces,
    "W113": signs.wide,
    "W114": lines.dash,
    "W115": signs.curly_quotes,
    "W116": signs.comment,
    "W118": signs.placeholder,
    "W119": signs.comparison_sign,
    "W120": lines.below,
    "W121": words.elsewhere,
    "W122": lines.grouped,
    "W123": signs.bare_list,
    "W124": signs.equals_sign,
    **dict.fromkeys(
        (
            "W201", "W203", "W209", "W212", "W215", "W219", "W220", "W252", "W260", "W272", "W281", "W283",
            "W285", "W287", "W293", "W509", "W515", "W523", "W537", "W542", "W546", "W548", "W565", "W569",
        ),
        words.nearest_word,
    ),
    "W205": words.option,
    "W210": values.blank_value,
    "W211": words.missing_key,
    "W213": values.of_kind,
    "W214": words.unknown,
    "W216": values.bound,
    "W223": values.day,
    "W225": values.number,
    "W227": values.put_right,
    "W228": values.day,
    "W230": values.yes_no,
    "W231": values.compared_day,
    "W240": words.if_missing,
    "W234": words.comparison,
    "W235": values.only_the_day,
    "W243": words.nearest_word,
    "W248": values.to_the_owner,
    "W250": values.cron,
    "W253": values.zone,
    "W254": values.time_of_day,
    "W255": values.every,
    "W256": values.every,
    "W261": words.column_of_table,
    "W266": lines.remove_item,
    "W280": values.wide_in_text,
    "W291": words.unwanted,
    "W292": values.once_a_day,
    "W530": lines.remove_item,
    **dict.fromkeys(("W581", "W582", "W584"), lines.remove_item),
    "W566": values.without_filter,
    "W567": values.compared_in_text,
    "W593": lines.remove_control_group,
    "W597": values.called_now,
    "W598": values.same_as_before,
    "W599": values.same_as_before,
}  # fmt: skip
