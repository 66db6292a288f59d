"""Daicho: the back office of a small online shop, run from its own spreadsheet."""

AUTOMATIONS = (
    "import_orders",
    "check_rows",
    "hold_orders",
    "confirm_payment",
    "allocate_stock",
    "schedule_shipping",
    "instruct_shipping",
    "record_tracking",
    "confirm_arrival",
    "post_sales",
    "queue_mails",
    "explain_orders",
)
