"""Rows of the 設定 tab that make up a hold rule of the shop's own: its condition, severity, label, next step."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from automations.app.configuration import Configuration
from automations.core.declare import Problems
from automations.core.errors import Problem
from automations.core.ledger import Row
from automations.core.messages import Message, msg
from automations.core.records import dataclass
from automations.core.text import normal_header

HOLDS = "holds"
CONDITION = "condition"
# Words for those who do not want to type English into their own sheet.
_JAPANESE = {
    "要確認": HOLDS,
    "条件": CONDITION,
    "重さ": "severity",
    "名前": "label",
    "すること": "next_step",
    "有効": "enabled",
}
_KEYS = frozenset({CONDITION, "severity", "label", "next_step", "enabled"})
# Kept as they are typed: as YAML a condition in quotation marks would lose them.
TYPED_AS_TEXT = frozenset({CONDITION, "severity", "label", "next_step"})
_NAME = re.compile(r"[\w・ー-]{1,40}")
_NEXT_STEP = {
    "ja": "内容を確かめ、よければ解除してください",
    "en": "Look at the order and clear this when it is all right",
}


@dataclass(frozen=True)
class OwnRule:
    """The rows of one rule by key (``condition``, ``severity`` …); rows left blank are not among them."""

    id: str
    rows: Mapping[str, Row]

    def entry(self, configuration: Configuration) -> dict[str, object]:
        """Return the rule as ``holds.yaml`` would have it: named and worded like its row where nothing is said."""
        severities = configuration.schema[HOLDS].columns["severity"].written_choices
        entry: dict[str, object] = {
            "code": self.id,
            "label": self.id,
            "severity": "confirm",
            "next_step": _NEXT_STEP,
        }
        for key, row in self.rows.items():
            text = row.text("value")
            entry[key] = severities.get(normal_header(text), text) if key == "severity" else text
        if "enabled" in self.rows:
            entry["enabled"] = normal_header(self.rows["enabled"].text("value")) not in _OFF
        return entry

    def row_of(self, problem: Problem) -> Row:
        """Return the row a problem of the rule is about."""
        key = problem.where.rpartition(".")[2]
        return self.rows.get(key) or self.rows[CONDITION]


_OFF = frozenset({"false", "no", "off", "いいえ", "0", "×"})


def path_of(name: str) -> list[str]:
    """Return a setting's name in its parts; ``要確認.沖縄.条件`` and ``要確認.沖縄`` mean ``holds.沖縄.condition``."""
    first, _, rest = name.partition(".")
    if _JAPANESE.get(first, first) != HOLDS:
        return name.split(".")
    rule, _, key = rest.rpartition(".") if "." in rest else (rest, "", CONDITION)
    return [HOLDS, *rule.split("."), _JAPANESE.get(key, key)]


def own_rules(rows: Sequence[Row], declared: Mapping[str, object]) -> tuple[OwnRule, ...]:
    """Return the rules that are made up of these rows, in their order.

    Args:
        rows: Of the 設定 tab; blank ones count for nothing.
        declared: Reasons of ``holds.yaml``; rows about these are settings like any other.
    """
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        path = path_of(row.key)
        is_own = path[0] == HOLDS and len(path) == 3 and path[1] not in declared and path[2] in _KEYS
        if is_own and row.text("value"):
            found.setdefault(path[1], {})[path[2]] = row
    return tuple(OwnRule(name, keyed) for name, keyed in found.items() if CONDITION in keyed)


def check_name(rule: OwnRule, problems: Problems) -> None:
    """Note a name that could not be part of a hold's number."""
    if not _NAME.fullmatch(rule.id):
        problems.add(
            "condition-wrong",
            f"holds.{rule.id}.{CONDITION}",
            msg("'{name}' cannot be the name of a rule.", name=rule.id),
            msg("Use at most 40 letters, digits and _ or -."),
        )


def in_words(condition: str, configuration: Configuration) -> Message:
    """Return a condition that was checked before, read back."""
    from automations.core.holds.condition_checks import checked_condition
    from automations.core.holds.condition_columns import AskedColumns
    from automations.core.holds.condition_telling import told

    columns = AskedColumns.of(configuration.schema)
    return told(checked_condition(condition, columns, configuration.currency), configuration.currency)
