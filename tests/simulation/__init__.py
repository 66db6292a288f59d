"""Seeded histories of people, runners, faults and kills against the real commit code (see README.md)."""

import sys
from pathlib import Path

# The rooms of other tests that this one builds on; pytest finds them by itself.
for _room in (Path(__file__).parent.parent, Path(__file__).parent.parent / "books"):
    if str(_room) not in sys.path:
        sys.path.append(str(_room))
