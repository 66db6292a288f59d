"""Mails put into words and into the form in which they travel."""
