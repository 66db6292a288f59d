"""The tour: makes the demo shop, lets its days pass, and says at every step what happens and why."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from automations.app.configuration import load
from automations.app.demo import sheets
from automations.app.demo.carrier_desk import issued_list
from automations.app.demo.person import Typed, type_in
from automations.app.demo.scenes import SCENES, Scene
from automations.app.demo.shop_data import SHOP, opening_rows
from automations.app.google_init import init_google
from automations.app.runner import Outcome, Shop, open_shop, read_ledger, run
from automations.app.shops import INBOX, as_own, init_shop, write_shop_files
from automations.app.show import cell_text, finding_text
from automations.app.tell import needs_person, status_table
from automations.books.google.ids import ledger_id_of
from automations.core.errors import DaichoError
from automations.core.ledger import Ledger, Row
from automations.core.messages import Message, msg, spoken

FOLDER = "demo-shop"
MARKER = ".daicho-demo"
# Findings of a step that are shown whole; the ledger shows all of them in its columns.
_FINDINGS_SHOWN = 3

Echo = Callable[[str], None]


class NotADemo(DaichoError):
    """A folder of the demo's name holds something else; it is left alone."""

    exit_code = 2

    def __init__(self, folder: Path) -> None:
        super().__init__(
            "folder-taken",
            msg(
                "The folder {folder} is already here and was not made by the demo; nothing was changed.",
                folder=folder.name,
            ),
            msg("Rename that folder, or start the demo in another place."),
            where=folder.name,
        )


def run_tour(folder: Path, language: str, echo: Echo) -> None:
    """Make ``demo-shop`` in ``folder`` and walk through its days, telling each step.

    Args:
        folder: Where the shop's folder is made; an earlier demo there is replaced.
        language: Of the shop and of what is told, ``ja`` or ``en``.
        echo: Takes one line.

    Raises:
        NotADemo: ``demo-shop`` is there and was not made by the demo.
    """
    shop = make_shop(folder, language)
    _walk(shop, language, echo)
    for line in afterwards(shop, language):
        echo(line)


def run_tour_in_sheets(folder: Path, language: str, echo: Echo) -> None:
    """Walk through the same days with a spreadsheet as ledger, at a service on this machine; as ``run_tour``."""
    own = _folder(folder)
    with sheets.desk(own) as desk:
        for sentence in make_sheets_shop(own, language, desk):
            echo(sentence.text(language))
        _walk(open_shop(own), language, echo, desk)
        reads, writes = desk.calls()
    told = msg(
        "The ledger was a spreadsheet at a stand-in for Google on this machine ({reads} reads, {writes} writes); "
        "it is gone now. With one of your own: daicho init --google ADDRESS my-shop",
        reads=reads,
        writes=writes,
    )
    echo("")
    echo(told.text(language))


def _walk(shop: Shop, language: str, echo: Echo, desk: sheets.Desk | None = None) -> None:
    welcome = msg("{shop} is an invented shop for tea and sweets in Uji.", shop=SHOP["name"])
    echo(welcome.text(language))
    for number, scene in enumerate(SCENES, 1):
        for line in play(shop, scene, number, language, desk):
            echo(line)


def make_shop(folder: Path, language: str) -> Shop:
    """Return a new demo shop as it stands before the first morning.

    Raises:
        NotADemo: ``demo-shop`` is there and was not made by the demo.
    """
    own = _folder(folder)
    init_shop(own, language=language, shop=SHOP, rows=opening_rows())
    (own / MARKER).touch()
    return open_shop(own)


def make_sheets_shop(own: Path, language: str, desk: sheets.Desk) -> list[Message]:
    """Make the demo shop with its ledger in the spreadsheet of a desk; return what was made there."""
    write_shop_files(own, {"language": language, **SHOP, "ledger": f"google:{desk.key}"})
    (own / MARKER).touch()
    rows = as_own(opening_rows(), load(own), ledger_id_of(desk.key))
    return init_google(desk.key, own, language, rows)[:1]


def _folder(folder: Path) -> Path:
    """Return the demo's folder in ``folder``; what an earlier demo left there is taken away."""
    own = folder / FOLDER
    if own.exists():
        if not (own / MARKER).is_file():
            raise NotADemo(own)
        shutil.rmtree(own)
    return own


def play(
    shop: Shop, scene: Scene, number: int, language: str, desk: sheets.Desk | None = None
) -> Iterator[str]:
    """Do what the scene says, run Daicho at its moment, and yield what there is to tell."""
    yield ""
    yield f"{number}. {spoken(scene.at, language)}  {scene.title.text(language)}"
    for sentence in scene.told:
        yield f"   {sentence.text(language)}"
    _fill_inbox(shop, scene)
    if scene.typed:
        yield from _typed_lines(scene.typed, shop, language)
        type_in(shop, *scene.typed, desk=desk)
    outcome = run(shop.configuration.folder, now=scene.at)
    yield f"   ✓ {_done(outcome, language)}"
    if scene.leaves_at:
        _issue_labels(shop, scene, scene.leaves_at)
        outcome = run(shop.configuration.folder, now=scene.leaves_at)
        yield f"   ✓ {scene.leaves_at:%H:%M} {_done(outcome, language)}"
    for line in (*_standing(outcome, language), *_orders(outcome.after, scene.shows, language)):
        yield f"   {line}"


def _fill_inbox(shop: Shop, scene: Scene) -> None:
    inbox = shop.configuration.folder / INBOX
    if scene.clears_inbox:
        for path in [path for path in inbox.iterdir() if path.is_file()]:
            path.unlink()
    for name, content in scene.arrives:
        (inbox / name).write_bytes(content)
    if scene.issues_labels:
        _issue_labels(shop, scene, scene.at)


def _issue_labels(shop: Shop, scene: Scene, at: datetime) -> None:
    """Put the carrier's list into the inbox for every shipping file with a parcel that has no number yet."""
    folder = shop.configuration.folder
    _, ledger = read_ledger(shop, at)
    kept_back = {_last_parcel(ledger, order) for order in scene.labels_kept_back}
    waiting = {
        row.key: row.text("batch_id") for row in ledger["shipments"] if row.text("state") == "instructed"
    }
    first = sum(bool(row.text("tracking_number")) for row in ledger["shipments"])
    for batch in ledger["batches"]:
        printed = {key for key, batch_id in waiting.items() if batch_id == batch.key} - kept_back
        if printed:
            shipping_file = (folder / batch.text("file")).read_bytes()
            issued = folder / INBOX / f"発行済データ_{batch.key}.csv"
            issued.write_bytes(issued_list(shipping_file, printed, on=at.date(), first=first))
            first += len(printed)


def _last_parcel(ledger: Ledger, order: str) -> str:
    return max(row.key for row in ledger["shipments"] if row.text("order_id") == order)


def _typed_lines(rows: tuple[Typed, ...], shop: Shop, language: str) -> Iterator[str]:
    """Yield what people type, cell by cell as it stands in the sheet; of whole new orders only the buyers."""
    schema = shop.configuration.schema
    yield "   " + msg("Now the people of the shop type into the ledger:").text(language)
    if buyers := tuple(row.cells["buyer_name"] for row in rows if "buyer_name" in row.cells):
        orders = msg("{tab}: new rows for {buyers}", tab=schema["orders"].label, buyers=buyers)
        yield f"     ✎ {orders.text(language)}"
    for row in rows:
        if row.key or row.tab not in ("orders", "order_lines"):
            tab = schema[row.tab]
            cells = [
                f"{tab.columns[name].label.text(language)} {cell_text(tab.columns[name], value, language, 'JPY')}"
                for name, value in row.cells.items()
            ]
            where = row.key or msg("new row").text(language)
            yield f"     ✎ {tab.label.text(language)} {where}: {spoken(cells, language)}"


def _done(outcome: Outcome, language: str) -> str:
    """Return what a run did in one line."""
    done = [sentence.text(language) for sentence in outcome.summary]
    done += [name for name in outcome.delivered.files if name.endswith(".csv")]
    return " / ".join(done) or msg("Nothing to do: everything stands as it should.").text(language)


def _standing(outcome: Outcome, language: str) -> Iterator[str]:
    """Yield where the orders stand, what needs a person, and which files or orders were refused."""
    yield from status_table(outcome.after, language)
    if waits := needs_person(outcome):
        yield "→ " + " / ".join(sentence.text(language) for sentence in waits)
    refused = [finding for finding in outcome.findings if not finding.tab or finding.code == "other-currency"]
    for finding in refused[:_FINDINGS_SHOWN]:
        yield from finding_text(finding, outcome.after, language).splitlines()


def _orders(ledger: Ledger, numbers: tuple[str, ...], language: str) -> Iterator[str]:
    for number in numbers:
        order = ledger["orders"].get(number)
        if order is not None:
            yield f"  {_order(order, ledger, language)}"


def _order(order: Row, ledger: Ledger, language: str) -> str:
    """Return an order as its row tells it: number, buyer, status, and why it waits or what comes next."""
    status = cell_text(
        ledger.schema["orders"].columns["status"], order.get("status"), language, ledger.currency
    )
    told = [order.text("stuck_reason") or order.text("next_step"), order.text("source_change")]
    if order.text("intake") == "incomplete":
        told.append(order.text("errors"))
    return f"{order.key} {order.text('buyer_name')} [{status}] {' / '.join(filter(None, told))}".rstrip()


def afterwards(shop: Shop, language: str) -> Iterator[str]:
    """Yield what to open, and which commands to try next."""
    now = SCENES[-1].leaves_at or SCENES[-1].at
    _, ledger = read_ledger(shop, now)
    batch = ledger["batches"].rows[-1].text("file")
    mail = next(row.text("file") for row in reversed(ledger["mails"].rows) if row.text("file"))
    yield ""
    yield msg("What to open in {folder}/:", folder=FOLDER).text(language)
    opens: tuple[tuple[str, Message], ...] = (
        ("ledger.xlsx", msg("the ledger: orders with their reasons, holds, stock, shipments, mails")),
        (batch, msg("the latest shipping file for the carrier")),
        (f"{batch.rsplit('.', 1)[0]}-picking.html", msg("its picking list")),
        (mail, msg("one of the mails; no mail account is set up, so none was sent")),
    )
    for name, meaning in opens:
        yield f"   {name}  {meaning.text(language)}"
    yield msg("Try next:").text(language)
    for command in ("why KM-1015", "check", "run --dry-run", "report"):
        yield f"   {typed_as(sys.argv[0])} {command} --shop {FOLDER} --now {now:%Y-%m-%dT%H:%M}"


def typed_as(program: str) -> str:
    """Return how the command can be typed in this terminal: its name, or the path it was started by.

    Args:
        program: What the running program was started as.
    """
    started = Path(program)
    if shutil.which("daicho") or started.stem != "daicho" or not started.is_file():
        return "daicho"
    here = Path.cwd()
    return str(started.relative_to(here)) if started.is_relative_to(here) else str(started)
