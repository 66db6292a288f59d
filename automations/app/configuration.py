"""Everything an owner declared: the shop folder's YAML over the bundled files, checked before any row is read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo

from automations.app.yaml_files import read_yaml
from automations.core.calendar import Calendar
from automations.core.carrier_checks import check_carriers
from automations.core.carriers import Carrier
from automations.core.channels import Channel, check_channels
from automations.core.declare import Problems, read_all, read_as, unknown_name
from automations.core.errors import SetupError
from automations.core.holds import HoldReason, check_holds
from automations.core.mails import MailKind, check_mails
from automations.core.messages import Language, msg
from automations.core.payments import Payment, check_payments
from automations.core.prefectures import full_name
from automations.core.schema import Choice, Column, Schema, Tab
from automations.core.shop import Shop
from automations.core.statuses import Status, check_statuses

_PACKAGE = Path(__file__).parent.parent
# In the wheel the data folders travel inside the package; in a checkout they stand beside it.
BUNDLED = _PACKAGE if (_PACKAGE / "sheets_schema").is_dir() else _PACKAGE.parent
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TABS = (
    "control", "orders", "order_lines", "holds", "shipments", "batches", "mails", "products", "stock",
    "movements", "customers", "settings", "runs", "journal",
)  # fmt: skip

Tree = dict[str, object]


@dataclass(frozen=True)
class Configuration:
    """The declarations of one shop, typed and checked.

    Attributes:
        folder: The shop's folder.
        tree: Everything as written, by section; the 設定 tab is laid over it (see ``with_settings``).
        sections: What shop.yaml says for single automations.
    """

    folder: Path
    language: Language
    currency: str
    zone: ZoneInfo
    ledger: str
    shop: Shop
    calendar: Calendar
    schema: Schema
    statuses: Mapping[str, Status]
    holds: Mapping[str, HoldReason]
    payments: Mapping[str, Payment]
    mails: Mapping[str, MailKind]
    carriers: Mapping[str, Carrier]
    channels: Mapping[str, Channel]
    sections: Mapping[str, Mapping[str, object]]
    template_folders: tuple[Path, ...]
    tree: Tree

    @property
    def fingerprint(self) -> str:
        """Short hash of every declaration, for the run row."""
        return hashlib.sha256(repr(self.tree).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class _Top:
    """The single keys at the top of shop.yaml."""

    language: Language = "ja"
    currency: str = "JPY"
    timezone: str = "Asia/Tokyo"
    ledger: str = "ledger.xlsx"


def load(folder: Path, language: str | None = None) -> Configuration:
    """Return the checked configuration of the shop in ``folder``.

    Args:
        folder: A shop folder; its ``sheets_schema/`` and ``mail_templates/`` files replace bundled ones.
        language: Overrides ``language:`` of shop.yaml.

    Raises:
        SetupError: Anything is wrong; carries every problem found.
    """
    problems = Problems()
    tree = read_tree(folder, problems)
    if language:
        tree["language"] = language
    made = build(folder, tree, problems)
    if made is None or problems.found:
        raise SetupError(problems.found)
    return made


def read_tree(folder: Path, problems: Problems) -> Tree:
    """Return all declarations of a shop as plain mappings, shop.yaml at the top level."""
    own = folder / "shop.yaml"
    if not own.is_file():
        problems.add(
            "shop-missing",
            "shop.yaml",
            msg("There is no shop.yaml in this folder, so this is not a shop folder."),
            msg("Change to the shop's folder, name it with --shop, or make one with: daicho init DIR."),
        )
        return {}
    written = read_yaml(own, "shop.yaml", problems)
    if not isinstance(written, dict):
        problems.add("not-a-mapping", "shop.yaml", msg("Here 'key: value' lines are expected."), _COMPARE)
        written = {}
    tree: Tree = {str(key): value for key, value in written.items()}
    accounts = tree.pop("carriers", {})
    for name in ("statuses", "holds", "payments", "mails"):
        tree[f"{name}"] = _read(folder, f"{name}.yaml", problems)
    for name in ("tabs", "carriers", "channels"):
        tree[name] = {
            path.stem: _read(folder, f"{name}/{path.name}", problems) for path in _files(folder, name)
        }
    tree["accounts"] = accounts
    return tree


def build(folder: Path, tree: Tree, problems: Problems) -> Configuration | None:
    """Return the typed configuration of a tree, noting every problem; None when it cannot be built at all."""
    if "tabs" not in tree:
        return None
    top = read_as(_Top, {key: tree[key] for key in _names(_Top) if key in tree}, "shop.yaml", problems)
    shop = read_as(Shop, tree.get("shop") or {"name": ""}, "shop.yaml: shop", problems)
    statuses = read_all(Status, tree["statuses"], "sheets_schema/statuses.yaml", problems)
    holds = read_all(HoldReason, tree["holds"], "sheets_schema/holds.yaml", problems)
    payments = read_all(Payment, tree["payments"], "sheets_schema/payments.yaml", problems)
    mails = read_all(MailKind, tree["mails"], "sheets_schema/mails.yaml", problems)
    carriers = read_all(Carrier, _with_accounts(tree, problems), "sheets_schema/carriers", problems)
    channels = read_all(Channel, tree["channels"], "sheets_schema/channels", problems)
    tabs = read_all(Tab, tree["tabs"], "sheets_schema/tabs", problems)
    if top is None or shop is None:
        return None
    lists = {
        "statuses": _choices(statuses),
        "holds": _choices(holds),
        "payments": _choices(payments),
        "mails": _choices(mails),
        "carriers": _choices(carriers),
        "channels": _choices(channels),
        "services": {
            service.id: Choice(service.id, service.label)
            for carrier in carriers.values()
            for service in carrier.services.values()
        },
    }
    schema = _schema(tabs, lists, problems)
    check_statuses(statuses, "sheets_schema/statuses.yaml", problems)
    check_holds(holds, problems)
    check_payments(payments, problems)
    check_mails(mails, problems)
    check_carriers(carriers, problems)
    check_channels(channels, schema, problems)
    return Configuration(
        folder=folder,
        language=top.language,
        currency=top.currency,
        zone=_zone(top.timezone, problems),
        ledger=top.ledger,
        shop=shop,
        calendar=_calendar(shop, problems),
        schema=schema,
        statuses=statuses,
        holds=holds,
        payments=payments,
        mails=mails,
        carriers=carriers,
        channels=channels,
        sections=_sections(tree, problems),
        template_folders=(folder / "mail_templates", BUNDLED / "mail_templates"),
        tree=tree,
    )


def _read(folder: Path, name: str, problems: Problems) -> object:
    own = folder / "sheets_schema" / name
    path = own if own.is_file() else BUNDLED / "sheets_schema" / name
    return read_yaml(path, f"sheets_schema/{name}", problems)


def _files(folder: Path, name: str) -> list[Path]:
    """List the bundled and the shop's own files of one kind; the shop's replace those of the same name."""
    found = {path.name: path for path in sorted((BUNDLED / "sheets_schema" / name).glob("*.yaml"))}
    found |= {path.name: path for path in sorted((folder / "sheets_schema" / name).glob("*.yaml"))}
    return list(found.values())


def _names(kind: type) -> list[str]:
    return [field.name for field in fields(kind)]


def _with_accounts(tree: Tree, problems: Problems) -> object:
    """Put what the shop agreed with each carrier (shop.yaml: carriers) into that carrier's declaration."""
    carriers = tree["carriers"]
    accounts = tree.get("accounts") or {}
    if not isinstance(carriers, Mapping) or not isinstance(accounts, Mapping):
        return carriers
    for name in accounts:
        if name not in carriers:
            unknown_name("carrier", str(name), tuple(map(str, carriers)), "shop.yaml: carriers", problems)
    return {
        name: {**written, "account": {str(k): str(v) for k, v in (accounts.get(name) or {}).items()}}
        if isinstance(written, Mapping)
        else written
        for name, written in carriers.items()
    }


def _choices(declared: Mapping[str, object]) -> dict[str, Choice]:
    made: dict[str, Choice] = {}
    for name, entry in declared.items():
        label = getattr(entry, "label", None)
        if label is not None:
            made[name] = Choice(name, label, getattr(entry, "aliases", ()), getattr(entry, "colour", ""))
    return made


def _schema(tabs: Mapping[str, Tab], lists: Mapping[str, dict[str, Choice]], problems: Problems) -> Schema:
    for name in TABS:
        if name not in tabs:
            unknown_name("tab declaration", name, tuple(tabs), "sheets_schema/tabs", problems, "tab-missing")
    ordered = [name for name in TABS if name in tabs] + [name for name in tabs if name not in TABS]
    schema: dict[str, Tab] = {}
    for name in ordered:
        tab = tabs[name]
        where = f"sheets_schema/tabs/{name}.yaml"
        columns = {
            column.id: _with_choices(column, lists, f"{where}: {column.id}", problems)
            for column in tab.columns.values()
        }
        schema[name] = Tab(
            tab.id, tab.label, tab.key, columns, tab.checks, tab.note, tab.hidden, tab.frozen, tab.sealed
        )
    for tab in schema.values():
        _check_tab(tab, schema, f"sheets_schema/tabs/{tab.id}.yaml", problems)
    return schema


def _with_choices(
    column: Column, lists: Mapping[str, dict[str, Choice]], where: str, problems: Problems
) -> Column:
    if not column.choices_from:
        return column
    if column.choices_from not in lists:
        unknown_name("list of values", column.choices_from, tuple(lists), where, problems)
        return column
    values = {name: getattr(column, name) for name in _names(Column)}
    return Column(**{**values, "choices": lists[column.choices_from]})


def _check_tab(tab: Tab, schema: Schema, where: str, problems: Problems) -> None:
    for name in tab.key:
        _check_column(tab, name, f"{where}: key", problems)
    for check in tab.checks.sums:
        for name in (check.total, *check.plus, *check.minus):
            _check_column(tab, name, f"{where}: checks.sums", problems)
    for days in tab.checks.days:
        for name in (days.first, days.then):
            _check_column(tab, name, f"{where}: checks.days", problems)
    for column in tab.columns.values():
        if column.twin:
            _check_column(tab, column.twin, f"{where}: {column.id}.twin", problems)
        if column.refers_to:
            _check_reference(column, schema, where, problems)
        if column.type == "choice" and not (column.choices or column.choices_from):
            problems.add(
                "choices-missing",
                f"{where}: {column.id}",
                msg("A choice column needs its values."),
                msg("Add choices: {{…}} or choices_from: …"),
            )
    _check_headers(tab, where, problems)


def _check_column(tab: Tab, name: str, where: str, problems: Problems) -> None:
    if name not in tab.columns:
        unknown_name("column", name, tuple(tab.columns), where, problems, "column-missing")


def _check_reference(column: Column, schema: Schema, where: str, problems: Problems) -> None:
    tab, _, name = column.refers_to.partition(".")
    if tab not in schema:
        unknown_name("tab", tab, tuple(schema), f"{where}: {column.id}.refers_to", problems)
    else:
        _check_column(schema[tab], name, f"{where}: {column.id}.refers_to", problems)


def _check_headers(tab: Tab, where: str, problems: Problems) -> None:
    """Two columns under one header could never be told apart in a sheet."""
    owner: dict[str, str] = {}
    for column in tab.columns.values():
        for header in column.headers:
            if owner.setdefault(header, column.id) != column.id:
                problems.add(
                    "header-doubled",
                    f"{where}: {column.id}",
                    msg(
                        "The header '{header}' already belongs to {other}.",
                        header=header,
                        other=owner[header],
                    ),
                    msg("Give one of the two another label or alias."),
                )


def _zone(name: str, problems: Problems) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError):
        problems.add(
            "unknown-timezone",
            "shop.yaml: timezone",
            msg("There is no time zone '{name}'.", name=name),
            msg("Write it like Asia/Tokyo."),
        )
        return ZoneInfo("UTC")


def _calendar(shop: Shop, problems: Problems) -> Calendar:
    weekdays = set()
    for name in shop.closed_weekdays:
        if name[:3].lower() in _WEEKDAYS:
            weekdays.add(_WEEKDAYS.index(name[:3].lower()))
        else:
            unknown_name("weekday", name, _WEEKDAYS, "shop.yaml: shop.closed_weekdays", problems)
    if len(weekdays) == len(_WEEKDAYS):
        problems.add(
            "never-open",
            "shop.yaml: shop.closed_weekdays",
            msg("The shop would be closed on every day of the week."),
            msg("Leave at least one weekday out."),
        )
        weekdays = set()
    if shop.prefecture and full_name(shop.prefecture) is None:
        problems.add(
            "unknown-prefecture",
            "shop.yaml: shop.prefecture",
            msg("There is no prefecture '{name}'.", name=shop.prefecture),
            msg("Write one of the 47, for example 京都府."),
        )
    return Calendar(
        frozenset(weekdays),
        frozenset(day for day in (_day(text, problems) for text in shop.closed_on) if day),
        is_public_holiday if shop.closed_holidays else _never,
        _time(shop.cut_off, problems),
    )


def is_public_holiday(day: date) -> bool:
    """Return whether ``day`` is a Japanese public holiday, substitute holidays included (jpholiday)."""
    import jpholiday

    return bool(jpholiday.is_holiday(day))


def _never(_day: date) -> bool:
    return False


def _day(text: str, problems: Problems) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        problems.add(
            "wrong-value",
            "shop.yaml: shop.closed_on",
            msg("The value '{value}' does not fit here.", value=text),
            msg("Write it like this: {example}.", example="2026-12-31"),
        )
        return None


def _time(text: str, problems: Problems) -> time:
    try:
        return time.fromisoformat(text.zfill(5))
    except ValueError:
        problems.add(
            "wrong-value",
            "shop.yaml: shop.cut_off",
            msg("The value '{value}' does not fit here.", value=text),
            msg("Write it like this: {example}.", example="12:00"),
        )
        return time(12, 0)


def _sections(tree: Tree, problems: Problems) -> dict[str, Mapping[str, object]]:
    from automations import AUTOMATIONS

    known = {
        *_names(_Top),
        "shop",
        "accounts",
        "tabs",
        "statuses",
        "holds",
        "payments",
        "mails",
        "carriers",
        "channels",
    }
    sections: dict[str, Mapping[str, object]] = {}
    for key, value in tree.items():
        if key in known:
            continue
        if key not in AUTOMATIONS:
            allowed = (*_names(_Top), "shop", "carriers", *AUTOMATIONS)
            unknown_name("key", key, allowed, "shop.yaml", problems, "unknown-key")
        elif isinstance(value, Mapping):
            sections[key] = value
    return sections


_COMPARE = msg("Compare it with the bundled shop.yaml.")
