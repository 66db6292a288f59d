"""A mail server and a mailbox on this machine that can be told to fail."""
