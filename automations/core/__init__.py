"""The pure part: rows, schema, plans, statuses, calendar, text and money. No file, network or clock."""
