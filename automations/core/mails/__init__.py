"""Mails: which goes when to whom, and when it must not."""
