"""The rooms that wire the others: configuration, runner, command line."""
