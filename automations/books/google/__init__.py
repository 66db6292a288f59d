"""A ledger in Google Sheets: the calls, what the spreadsheet looks like, and what a run writes there."""
