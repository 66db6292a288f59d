"""What single mails are about: days to answer by, questions, what is short, what could be ordered again."""

from __future__ import annotations

from datetime import date, timedelta

from automations.core.ledger import Row
from automations.core.mails.matter import REPLY_WORKDAYS
from automations.core.mails.occasions import Occasion
from automations.core.mails.triggers import due_purchases, is_accepted
from automations.mail.seen import Blank, Seen, View, clean

# A customer whose order is about to be cancelled has this many working days left, however late the mail goes.
_LAST_WORKDAYS = 2


def reasons_of(occasion: Occasion, language: str) -> dict[str, Seen]:
    """Return the names that only some mails need."""
    matter, mail = occasion.matter, occasion.mail
    return {
        "days": View("days", _days(occasion)),
        "accepted": is_accepted(matter),
        "questions": [_question(hold, occasion, language) for hold in occasion.holds],
        "short": [_short_view(line, occasion) for line in matter.short_lines],
        "partly_ready": any(line.number_of("allocated_qty") for line in matter.lines),
        "other_payments": [
            payment.label.text(language)
            for payment in matter.declared.payments.values()
            if payment.instead and payment.id != occasion.order.text("payment_method")
        ],
        "reviews": [view for line in occasion.lines if (view := _linked(line, occasion, "review_url")).url],
        "purchases": [
            _linked(line, occasion, "page_url")
            for line, day in (due_purchases(mail, matter) if mail.trigger == "repurchase" else ())
            if day <= matter.today
        ],
        "last_order_on": _last_order_on(occasion) or Blank("last_order_on"),
    }


def _days(occasion: Occasion) -> dict[str, Seen]:
    """Return the days by which the customer is asked to answer or pay, and when an unpaid order is cancelled."""
    matter, calendar = occasion.matter, occasion.matter.declared.calendar
    reply_by = calendar.after(matter.today, REPLY_WORKDAYS)
    pay_by = matter.pay_by
    if pay_by is None:
        return {"reply_by": reply_by, "pay_by": None, "last_on": None, "cancel_on": None}
    if occasion.mail.trigger == "payment_asked":
        pay_by = max(pay_by, reply_by)
    cancel_on = max(calendar.after(pay_by, REPLY_WORKDAYS), calendar.after(matter.today, _LAST_WORKDAYS))
    last_on = calendar.last_open(cancel_on - timedelta(days=1))
    return {"reply_by": reply_by, "pay_by": pay_by, "last_on": last_on, "cancel_on": cancel_on}


def _question(hold: Row, occasion: Occasion, language: str) -> str:
    reason = occasion.matter.declared.holds.get(hold.text("reason"))
    return reason.question.text(language) if reason and reason.question else ""


def _short_view(line: Row, occasion: Occasion) -> View:
    product = occasion.matter.products.get(line.text("sku"))
    restock_on = product.day("restock_on") if product else None
    values: dict[str, Seen] = {
        "product_name": _name(line, product),
        "qty": line.number_of("qty"),
        "ready_qty": line.number_of("allocated_qty"),
        "restock_on": restock_on if restock_on and restock_on >= occasion.matter.today else None,
    }
    return View("line", values)


def _linked(line: Row, occasion: Occasion, column: str) -> View:
    product = occasion.matter.products.get(line.text("sku"))
    values: dict[str, Seen] = {
        "product_name": _name(line, product),
        "price": product.get("price") if product else None,
        "url": clean(product.text(column)) if product else "",
    }
    return View("product", values)


def _name(line: Row, product: Row | None) -> str:
    return clean(line.text("product_name") or (product.text("name") if product else "") or line.text("sku"))


def _last_order_on(occasion: Occasion) -> date | None:
    habits = occasion.matter.habits
    return habits.habits.last_day(occasion.order.text("customer_id")) if habits else None
