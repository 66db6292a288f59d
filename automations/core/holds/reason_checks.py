"""What the reasons of ``holds.yaml`` must fulfil beyond their form; told at start-up, before any row is read."""

from __future__ import annotations

from collections.abc import Mapping

from automations.core.declare import Problems, unknown_name
from automations.core.holds.fraud_signs import SIGNS
from automations.core.holds.reasons import HoldReason
from automations.core.holds.rules import RULES
from automations.core.messages import msg
from automations.core.schema import Schema

_WHERE = "sheets_schema/holds.yaml"


def check_holds(reasons: Mapping[str, HoldReason], problems: Problems) -> None:
    """Note reasons without a rule, codes given twice, and warnings that could not be cleared."""
    owner: dict[str, str] = {}
    for reason in reasons.values():
        where = f"{_WHERE}: {reason.id}"
        if reason.id in RULES and reason.condition:
            problems.add(
                "condition-not-own",
                f"{where}.condition",
                msg("{reason} has its own rule already.", reason=reason.id),
                msg("Give the condition to a reason with another name."),
            )
        if reason.id not in RULES and not reason.condition:
            unknown_name("hold rule", reason.id, tuple(RULES), where, problems, "unknown-hold-rule")
        for name in reason.weights:
            if name not in SIGNS:
                unknown_name("key", name, tuple(SIGNS), f"{where}.weights", problems, "unknown-key")
        other = owner.setdefault(reason.code, reason.id)
        if other != reason.id:
            problems.add(
                "hold-code-doubled",
                f"{where}.code",
                msg("The code {code} already belongs to {other}.", code=reason.code, other=other),
                msg("Give one of the two another code."),
            )
        if reason.severity == "warn" and not reason.clearable:
            problems.add(
                "hold-not-clearable",
                f"{where}.clearable",
                msg("A warning stops nothing, so there must be a way to tick it off."),
                msg("Remove clearable: false, or choose another severity."),
            )


def check_conditions(
    reasons: Mapping[str, HoldReason], schema: Schema, currency: str, problems: Problems
) -> None:
    """Note conditions that cannot be understood, or compare what cannot be compared."""
    own = {reason.id: reason.condition for reason in reasons.values() if reason.condition}
    if own:
        from automations.core.holds.own_rules import wrong_conditions  # noqa: PLC0415 - few shops have such rules

        for name, wrong in wrong_conditions(own, schema, currency):
            problems.add("condition-wrong", f"{_WHERE}: {name}.condition", wrong.why, wrong.fix)
