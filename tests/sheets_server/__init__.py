"""A spreadsheet service on this machine that speaks Sheets v4 and the parts of Drive that gspread uses."""
