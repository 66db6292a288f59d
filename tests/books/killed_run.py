"""A process that commits again and again until it is killed: ``killed_run.py WORKBOOK DEADLY HALFWAY``.

Each commit appends one order, writes how many there are into order 1001 and leaves a mark. Every commit that
was acknowledged is said on standard output.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from failing_disks import DeadlyDisk  # noqa: E402 - found by the path above
from small_ledger import append, change, commit, rows_of, workbook_book  # noqa: E402

from automations.books import Book  # noqa: E402


def one_more(book: Book) -> int:
    """Commit the next order and return its number."""
    number = sum(key.startswith("K") for key in rows_of(book)) + 1
    commit(book, append(order_id=f"K{number}"), change("1001", total=number), marks=[f"import:own:K{number}"])
    return number


if __name__ == "__main__":
    disk = DeadlyDisk(int(sys.argv[2]), halfway=sys.argv[3] == "halfway")
    workbook = workbook_book(Path(sys.argv[1]), disk=disk)
    print("ready", flush=True)  # noqa: T201 - the parent listens
    while True:
        print(one_more(workbook), flush=True)  # noqa: T201
