"""What happens to one hold: opened, cleared by a person, released, opened again."""

from __future__ import annotations

from dataclasses import dataclass

from automations.core.hold_case import Evidence
from automations.core.holds import HoldReason
from automations.core.ledger import Ledger, Row
from automations.core.messages import LANGUAGES, Message, msg
from automations.core.plan import Finding
from automations.core.values import Cells, Value


@dataclass(frozen=True, slots=True)
class FollowUp:
    """New cells of a hold, why, and what the person who ticked it must know."""

    cells: Cells
    why: Message | None = None
    finding: Finding | None = None


_AS_IT_IS = FollowUp({})


def hold_id(order_key: str, reason: str) -> str:
    """Return the key of the one hold an order has for a reason."""
    return f"{order_key}:{reason}"


def opened(order_key: str, reason: HoldReason, evidence: Evidence, ledger: Ledger) -> dict[str, Value]:
    """Return the cells of a new hold."""
    return {
        "hold_id": hold_id(order_key, reason.id),
        "order_id": order_key,
        "reason": reason.id,
        "state": "open",
        **_shown(reason, evidence, ledger.language),
        "opened_at": ledger.now,
    }


def follow_up(hold: Row, reason: HoldReason | None, evidence: Evidence | None, ledger: Ledger) -> FollowUp:
    """Return what becomes of a hold.

    Args:
        hold: Its row.
        reason: None when the reason is no longer declared.
        evidence: What its rule says now, empty when the cause is gone; None when the rule is no longer
            asked and only the person's tick counts.
        ledger: For the moment and the language.
    """
    if evidence == () or reason is None:
        return _without_cause(hold, ledger)
    match hold.text("state"):
        case "open":
            return (
                _ticked(hold, reason, evidence, ledger)
                if _wants_clearing(hold)
                else _refreshed(hold, reason, evidence, ledger)
            )
        case "cleared":
            return _after_clearing(hold, reason, evidence, ledger)
        case _ if evidence:
            return _reopened(hold, reason, evidence, ledger, msg("the reason is back"))
    return _AS_IT_IS


def _wants_clearing(hold: Row) -> bool:
    return hold.flag("clear") and not hold.flag("clear_set")


def _without_cause(hold: Row, ledger: Ledger) -> FollowUp:
    agreed = {"clear_set": hold.get("clear")}
    if hold.text("state") == "open":
        cells = {"state": "released", "closed_at": ledger.now, "errors": None, **agreed}
        return FollowUp(cells, msg("the reason is gone"))
    if hold.text("state") == "cleared" and not hold.flag("clear"):
        return FollowUp({"state": "released", **agreed}, msg("the reason is gone"))
    return FollowUp(agreed)


def _ticked(hold: Row, reason: HoldReason, evidence: Evidence | None, ledger: Ledger) -> FollowUp:
    finding = _refusal(hold, reason)
    shown = _shown(reason, evidence, ledger.language) if evidence else {}
    if finding:
        said = msg("{why} {fix}", why=finding.why, fix=finding.fix).text(ledger.language)
        return FollowUp({**shown, "errors": said}, finding.why, finding)
    cells = {
        **shown,
        "state": "cleared",
        "closed_at": ledger.now,
        "cleared_evidence": shown.get("evidence", hold.get("evidence")),
        "clear_set": True,
        "errors": None,
    }
    return FollowUp(cells, msg("cleared by {name}", name=hold.text("cleared_by")))


def _refusal(hold: Row, reason: HoldReason) -> Finding | None:
    if not reason.clearable:
        return hold.finding(
            "cannot-be-cleared",
            "clear",
            msg(
                "{reason}: a tick does not help here, the order could not be carried out.",
                reason=reason.label,
            ),
            msg("{next_step}. The hold then goes away by itself.", next_step=reason.next_step),
        )
    if not hold.text("cleared_by"):
        return hold.finding(
            "clear-needs-name",
            "cleared_by",
            msg("The hold is ticked, but nobody has signed for it."),
            msg("Write your name beside the tick; a note helps the others."),
        )
    return None


def _refreshed(hold: Row, reason: HoldReason, evidence: Evidence | None, ledger: Ledger) -> FollowUp:
    shown = _shown(reason, evidence, ledger.language) if evidence else {}
    return FollowUp({**shown, "errors": None, "clear_set": hold.get("clear")}, msg("the reason changed"))


def _after_clearing(hold: Row, reason: HoldReason, evidence: Evidence | None, ledger: Ledger) -> FollowUp:
    if not hold.flag("clear"):
        return _reopened(hold, reason, evidence, ledger, msg("the tick was taken away"))
    if evidence and hold.text("cleared_evidence") not in {
        _said(evidence, language) for language in LANGUAGES
    }:
        return _reopened(hold, reason, evidence, ledger, msg("the order changed after it was cleared"))
    return _AS_IT_IS


def _reopened(
    hold: Row, reason: HoldReason, evidence: Evidence | None, ledger: Ledger, why: Message
) -> FollowUp:
    shown = _shown(reason, evidence, ledger.language) if evidence else {}
    agreed = {"clear": False, "clear_set": False} if hold.flag("clear") else {"clear_set": hold.get("clear")}
    dates = {"opened_at": ledger.now, "closed_at": None, "cleared_evidence": None}
    return FollowUp({**shown, "state": "open", **dates, **agreed}, why)


def _shown(reason: HoldReason, evidence: Evidence | None, language: str) -> dict[str, Value]:
    return {
        "evidence": _said(evidence or (), language),
        "next_step": reason.next_step.text(language),
        "severity": reason.severity,
    }


def _said(evidence: Evidence, language: str) -> str:
    return " / ".join(sentence.text(language) for sentence in evidence)
