"""The rules that may hold an order, by the id of their reason in ``sheets_schema/holds.yaml``."""

from __future__ import annotations

from collections.abc import Mapping

from automations.core.holds.ageing_rules import too_long
from automations.core.holds.buyer_rules import blocked_customer, refused_before, several_names
from automations.core.holds.case import Rule
from automations.core.holds.consolidation import perhaps_together
from automations.core.holds.delivery_rules import contradictory_method, impossible_wish
from automations.core.holds.fraud_signs import many_signs
from automations.core.holds.goods_rules import age_unchecked, mixed_temperatures, not_by_air
from automations.core.holds.order_rules import (
    changed_at_source,
    gift,
    high_amount,
    remark_left,
    sent_twice,
    sums_differ,
    unknown_product,
)
from automations.core.holds.place_rules import (
    forwarding_address,
    island_again,
    island_first,
    payment_and_place,
)
from automations.core.holds.quantity_rules import over_limit, unusual_quantity
from automations.core.holds.reasons import HoldReason
from automations.core.holds.receiver_rules import (
    doubtful_name,
    doubtful_phone,
    no_house_number,
    other_prefecture,
    unknown_postcode,
)
from automations.core.holds.writing_rules import mail_unreachable, receipt_wanted, unprintable_text
from automations.core.schema import Schema

# Source of all rules but changed_at_source: backoffice-practice 1.4.
RULES: Mapping[str, Rule] = {
    "remark": remark_left,
    "house_number": no_house_number,
    "postcode_unknown": unknown_postcode,
    "postcode_prefecture": other_prefecture,
    "phone": doubtful_phone,
    "name": doubtful_name,
    "mail_address": mail_unreachable,
    "high_amount": high_amount,
    "quantity": unusual_quantity,
    "duplicate_order": sent_twice,
    "same_parcel": perhaps_together,
    "blocked_customer": blocked_customer,
    "refused_before": refused_before,
    "several_names": several_names,
    "many_signs": many_signs,
    "purchase_limit": over_limit,
    "forwarding": forwarding_address,
    "island": island_first,
    "island_again": island_again,
    "not_by_air": not_by_air,
    "delivery_wish": impossible_wish,
    "delivery_method": contradictory_method,
    "mixed_temperature": mixed_temperatures,
    "gift": gift,
    "receipt": receipt_wanted,
    "payment_place": payment_and_place,
    "characters": unprintable_text,
    "unknown_product": unknown_product,
    "sums": sums_differ,
    "age": age_unchecked,
    "too_long": too_long,
    "changed_at_source": changed_at_source,
}

# Asked of parcels that are being packed or under way as well: they are about just that.
ALWAYS_ASKED = frozenset({"too_long", "changed_at_source"})

# These read what later automations of the same run write: reservations, ship days, parcels, mails, statuses. All others
# say of an order what they said before, when a run looks at the ledger once more.
ASKED_AGAIN = ALWAYS_ASKED | {"same_parcel", "refused_before", "mail_address"}


def rules_of(
    reasons: Mapping[str, HoldReason], schema: Schema, currency: str
) -> list[tuple[Rule, HoldReason]]:
    """Return every reason that is switched on with its rule; conditions, all checked before, are read once."""
    asked = [(RULES[name], reason) for name, reason in reasons.items() if reason.enabled and name in RULES]
    own = {reason.id: reason.condition for reason in reasons.values() if reason.condition and reason.enabled}
    if own:
        from automations.core.holds.own_rules import rules_by_id  # noqa: PLC0415 - few shops have such rules

        asked += [(rule, reasons[name]) for name, rule in rules_by_id(own, schema, currency).items()]
    return asked
