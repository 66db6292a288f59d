"""Daicho: the back office of a small online shop, run from its own spreadsheet."""

AUTOMATIONS = (
    "import_orders",
    "record_mail_replies",
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
