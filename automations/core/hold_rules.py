"""The rules that may hold an order, by the id of their reason in ``sheets_schema/holds.yaml``."""

from __future__ import annotations

from collections.abc import Mapping

from automations.core.buyer_rules import blocked_customer, refused_before, several_names
from automations.core.delivery_rules import contradictory_method, impossible_wish
from automations.core.fraud_signs import many_signs
from automations.core.hold_case import Rule
from automations.core.order_rules import (
    changed_at_source,
    gift,
    high_amount,
    remark_left,
    sent_twice,
    sums_differ,
    unknown_product,
)
from automations.core.quantity_rules import over_limit, unusual_quantity
from automations.core.receiver_rules import (
    doubtful_name,
    doubtful_phone,
    no_house_number,
    other_prefecture,
    unknown_postcode,
)

# Source of all rules but changed_at_source: backoffice-practice 1.4.
RULES: Mapping[str, Rule] = {
    "remark": remark_left,
    "house_number": no_house_number,
    "postcode_unknown": unknown_postcode,
    "postcode_prefecture": other_prefecture,
    "phone": doubtful_phone,
    "name": doubtful_name,
    "high_amount": high_amount,
    "quantity": unusual_quantity,
    "duplicate_order": sent_twice,
    "blocked_customer": blocked_customer,
    "refused_before": refused_before,
    "several_names": several_names,
    "many_signs": many_signs,
    "purchase_limit": over_limit,
    "delivery_wish": impossible_wish,
    "delivery_method": contradictory_method,
    "gift": gift,
    "unknown_product": unknown_product,
    "sums": sums_differ,
    "changed_at_source": changed_at_source,
}
