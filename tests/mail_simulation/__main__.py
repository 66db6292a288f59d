"""Starts the simulation of mails; see README.md of this folder."""

from . import command

if __name__ == "__main__":
    command.main()
