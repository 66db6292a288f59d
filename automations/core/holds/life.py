"""What happens to one hold: opened, cleared by a person, released, opened again."""

from __future__ import annotations

from dataclasses import dataclass

from automations.core.holds.case import Evidence, NoLonger
from automations.core.holds.evidence_marks import is_marked, is_same, marked, said
from automations.core.holds.reasons import HoldReason
from automations.core.ledger import Ledger, Row
from automations.core.messages import Message, msg
from automations.core.plan import Finding
from automations.core.values import Cells, Value


@dataclass(frozen=True, slots=True)
class FollowUp:
    """New cells of a hold, why, and what the person who ticked it must know."""

    cells: Cells
    why: Message | None = None
    finding: Finding | None = None


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


def follow_up(
    hold: Row, reason: HoldReason | None, evidence: Evidence | NoLonger | None, ledger: Ledger
) -> FollowUp:
    """Return what becomes of a hold.

    Args:
        hold: Its row.
        reason: None when the reason is no longer declared.
        evidence: What its rule says now, empty when the cause is gone; None when the rule is no longer
            asked and only the person's tick counts.
        ledger: For the moment and the language.
    """
    if isinstance(evidence, NoLonger):
        return _without_cause(hold, ledger, evidence.said)
    if evidence == () or reason is None:
        return _without_cause(hold, ledger)
    match hold.text("state"):
        case "open":
            return _while_open(hold, reason, evidence, ledger)
        case "cleared":
            return _after_clearing(hold, reason, evidence, ledger)
        case _ if evidence:
            return _reopened(hold, reason, evidence, ledger, msg("the reason is back"))
    return FollowUp({})


def _without_cause(hold: Row, ledger: Ledger, closing: Evidence = ()) -> FollowUp:
    agreed = {"clear_set": hold.get("clear"), "errors": None}
    if hold.text("state") == "open":
        told: Cells = {"evidence": said(closing, ledger.language)} if closing else {}
        cells = {**told, "state": "released", "closed_at": ledger.now, **agreed}
        return FollowUp(cells, msg("the reason is gone"))
    if hold.text("state") == "cleared" and not hold.flag("clear"):
        return FollowUp({"state": "released", **agreed}, msg("the reason is gone"))
    return FollowUp(agreed)


def _while_open(hold: Row, reason: HoldReason, evidence: Evidence | None, ledger: Ledger) -> FollowUp:
    shown = _shown(reason, evidence, ledger.language)
    if not hold.flag("clear"):
        return FollowUp({**shown, "errors": None, "clear_set": hold.get("clear")}, msg("the reason changed"))
    refused = _refusal(hold, reason)
    if refused is None and (hold.flag("clear_set") or _differs(hold.text("evidence"), evidence)):
        refused = _tick_again(hold)
        shown["clear_set"] = True
    if refused:
        return FollowUp({**shown, "errors": _spoken(refused, ledger.language)}, refused.why, refused)
    cells = {
        **shown,
        "state": "cleared",
        "closed_at": ledger.now,
        "cleared_evidence": marked(evidence, ledger.language) if evidence else hold.get("evidence"),
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


def _tick_again(hold: Row) -> Finding:
    return hold.finding(
        "tick-again",
        "clear",
        msg("The order changed before this tick was seen."),
        msg("Take the tick away, look at the reason again, and tick anew."),
    )


def _after_clearing(hold: Row, reason: HoldReason, evidence: Evidence | None, ledger: Ledger) -> FollowUp:
    if not hold.flag("clear"):
        return _reopened(hold, reason, evidence, ledger, msg("the tick was taken away"))
    if _differs(hold.text("cleared_evidence"), evidence):
        return _reopened(hold, reason, evidence, ledger, msg("the order changed after it was cleared"))
    # Cleared when only the words were kept: the mark is added, so that new words do not open it again.
    is_unmarked = evidence and not is_marked(hold.text("cleared_evidence"), evidence)
    kept: Cells = {"cleared_evidence": marked(evidence or (), ledger.language)} if is_unmarked else {}
    return FollowUp({**kept, "clear_set": True})


def _reopened(
    hold: Row, reason: HoldReason, evidence: Evidence | None, ledger: Ledger, why: Message
) -> FollowUp:
    """Return the hold opened again without its tick; a tick that a person has just set may not be taken away."""
    cells = {
        **_shown(reason, evidence, ledger.language),
        "state": "open",
        "opened_at": ledger.now,
        "closed_at": None,
        "cleared_evidence": None,
    }
    if not hold.flag("clear"):
        return FollowUp({**cells, "clear_set": hold.get("clear")}, why)
    if hold.flag("clear_set"):
        return FollowUp({**cells, "clear": False, "clear_set": False}, why)
    refused = _refusal(hold, reason)
    if refused is None:
        refused = _tick_again(hold)
        cells["clear_set"] = True
    return FollowUp({**cells, "errors": _spoken(refused, ledger.language)}, why, refused)


def _shown(reason: HoldReason, evidence: Evidence | None, language: str) -> dict[str, Value]:
    """Return the cells that follow the order as long as it is open; none when the rule is no longer asked."""
    if not evidence:
        return {}
    return {
        "evidence": said(evidence, language),
        "next_step": reason.next_step.text(language),
        "severity": reason.severity,
    }


def _differs(written: str, evidence: Evidence | None) -> bool:
    """Return whether something else is found now than what was written."""
    return bool(evidence) and not is_same(written, evidence or ())


def _spoken(finding: Finding, language: str) -> str:
    return msg("{why} {fix}", why=finding.why, fix=finding.fix).text(language)
