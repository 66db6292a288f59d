"""Named ranges as the version of a ledger: one of two commits gets through, and never one twice."""

from __future__ import annotations

from automations.books.google.probe.assumptions import Assumption, Seen
from automations.books.google.probe.bench import Bench
from automations.core.messages import msg

_GUARD = msg("The guard of every commit: if not, two runs could both write, and a resend could write twice.")


def _own_id(bench: Bench) -> Seen:
    key = bench.new_key()
    told = bench.do(bench.name(bench.tab(), key, "own"))
    replied = told["replies"][0]["addNamedRange"]["namedRange"]["namedRangeId"]
    return Seen([replied == key, key in bench.named()], str(replied))


def _swapped(bench: Bench) -> Seen:
    tab, old, new = bench.tab(), bench.new_key(), bench.new_key()
    bench.do(bench.name(tab, old, "swap"))
    taken, words = bench.outcome({"deleteNamedRange": {"namedRangeId": old}}, bench.name(tab, new, "swap"))
    keys = bench.named()
    return Seen([taken, old in keys, new in keys], words)


def _sent_twice(bench: Bench) -> Seen:
    tab, old, new = bench.tab(["before"]), bench.new_key(), bench.new_key()
    bench.do(bench.name(tab, old, "twice"))
    swap = ({"deleteNamedRange": {"namedRangeId": old}}, bench.name(tab, new, "twice"))
    bench.do(*swap)
    taken, words = bench.outcome(*swap, tab.write(0, ["after"]))
    return Seen([taken, bench.rows(tab)], words)


def _missing(bench: Bench) -> Seen:
    taken, words = bench.outcome({"deleteNamedRange": {"namedRangeId": bench.new_key()}})
    return Seen(taken, words)


def _taken(bench: Bench) -> Seen:
    tab = bench.tab()
    bench.do(bench.name(tab, bench.new_key(), "taken"))
    taken, words = bench.outcome(bench.name(tab, bench.new_key(), "taken"))
    return Seen(taken, words)


def _stays_on_top(bench: Bench) -> Seen:
    tab, key = bench.tab(["header"], ["row"]), bench.new_key()
    bench.do(bench.name(tab, key, "top"))
    bench.do(tab.lines("insertDimension", 1, 4))
    return Seen(bench.named()[key]["range"].get("endRowIndex"))


def _follows_rows(bench: Bench) -> Seen:
    tab, key = bench.tab(["header"], ["row"], ["named"]), bench.new_key()
    bench.do(bench.name(tab, key, "follows", 2))
    bench.do(tab.lines("insertDimension", 1, 2))
    return Seen(bench.named()[key]["range"].get("startRowIndex"))


def _row_deleted(bench: Bench) -> Seen:
    tab, key = bench.tab(["header"], ["named"]), bench.new_key()
    bench.do(bench.name(tab, key, "deleted", 1))
    bench.do(tab.lines("deleteDimension", 1, 2))
    left = bench.named().get(key)
    taken, _ = bench.outcome({"deleteNamedRange": {"namedRangeId": key}})
    return Seen(["gone" if left is None else f"left as {left.get('range')}", f"delete {taken}"])


VERSIONS = (
    Assumption("own_range_id", msg("A named range takes the id it is given."), [True, True], _GUARD, _own_id),
    Assumption("swap_in_one_batch", msg("One batch may delete a name and add the same name again."),
               ["applied", False, True], _GUARD, _swapped),
    Assumption("second_commit_refused", msg("A batch that comes a second time is refused whole."),
               ["refused deleteNamedRange", [["before"]]], _GUARD, _sent_twice),
    Assumption("missing_id_refused", msg("Deleting a name that is not there is refused."),
               "refused deleteNamedRange", _GUARD, _missing),
    Assumption("taken_name_refused", msg("Adding a name that exists is refused, also under another id."),
               "refused addNamedRange",
               msg("Keeps two runs apart after a person deleted the version."), _taken),
    Assumption("name_stays_on_top", msg("A name on the first row stays there when rows are added below it."),
               1, msg("The version stands on the header of the journal, which grows right below it."), _stays_on_top),
    Assumption("name_follows_rows", msg("Whether a name moves with its row (3) when rows are added above it."),
               None, msg("Either will do: no row is found by a name."), _follows_rows),
    Assumption("name_of_deleted_row", msg("What becomes of a name whose row a person deletes."),
               None, msg("Either will do: without a version the next commit installs one."), _row_deleted),
)  # fmt: skip
