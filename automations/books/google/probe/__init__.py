"""Asks a real spreadsheet service whether it does what the design of a commit rests on."""
