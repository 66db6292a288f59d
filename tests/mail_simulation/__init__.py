"""Seeded histories of mails: two runners, a mail server that fails, people who change their minds (see README.md)."""

import sys
from pathlib import Path

# The rooms of other tests that this one builds on; pytest finds them by itself.
if str(Path(__file__).parent.parent) not in sys.path:
    sys.path.append(str(Path(__file__).parent.parent))
