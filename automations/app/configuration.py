"""Everything an owner declared: the shop folder's YAML over the bundled files, checked before any row is read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import field, fields
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from automations import AUTOMATIONS
from automations.app.calendars import calendar_of, zone_of
from automations.app.own_automations import own_names
from automations.app.yaml_files import read_yaml
from automations.core.archiving.settings import Archiving, check_archiving
from automations.core.calendar import Calendar
from automations.core.declare import Problems, read_all, read_as, unknown_name
from automations.core.errors import SetupError
from automations.core.holds.reason_checks import check_conditions, check_holds
from automations.core.holds.reasons import HoldReason
from automations.core.mails.account import MailAccount, check_account
from automations.core.mails.kind_checks import check_mails
from automations.core.mails.kinds import MailKind
from automations.core.messages import Language, msg
from automations.core.money import check_currency
from automations.core.orders.channel_checks import check_channels
from automations.core.orders.channels import Channel
from automations.core.payments import Payment, check_payments
from automations.core.records import dataclass
from automations.core.schema import Choice, Schema, Tab
from automations.core.schema_checks import whole_schema
from automations.core.shipping.agreements import with_agreement
from automations.core.shipping.carrier_checks import check_carriers, check_usual
from automations.core.shipping.carriers import Carrier
from automations.core.shop import Shop
from automations.core.statuses import Status, check_statuses
from automations.core.text import nearest

_PACKAGE = Path(__file__).parent.parent
# In the wheel the data folders travel inside the package; in a checkout they stand beside it.
BUNDLED = _PACKAGE if (_PACKAGE / "sheets_schema").is_dir() else _PACKAGE.parent
# What stands in files of its own below sheets_schema/: one file each, and folders of files.
_FILES = ("statuses", "holds", "payments", "mails")
_FOLDERS = ("tabs", "carriers", "channels")

Tree = dict[str, object]
T = TypeVar("T")


@dataclass(frozen=True)
class GoogleAccess:
    """The block ``google:`` of shop.yaml, for a ledger in a Google spreadsheet.

    Attributes:
        credentials: File with the sign-in, relative to the shop's folder; ``""`` for what the machine has.
    """

    credentials: str = ""


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
    google: GoogleAccess
    shop: Shop
    calendar: Calendar
    schema: Schema
    statuses: Mapping[str, Status]
    holds: Mapping[str, HoldReason]
    payments: Mapping[str, Payment]
    mails: Mapping[str, MailKind]
    carriers: Mapping[str, Carrier]
    channels: Mapping[str, Channel]
    archive: Archiving
    mail: MailAccount
    sections: Mapping[str, object]
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
    google: GoogleAccess = GoogleAccess()


@dataclass(frozen=True)
class _Agreed:
    """What the shop agreed with each carrier: customer codes, and what it sets otherwise."""

    carriers: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


def load(folder: Path, language: str | None = None) -> Configuration:
    """Return the checked configuration of the shop in ``folder``.

    Args:
        folder: A shop folder; its ``sheets_schema/`` and ``mail_templates/`` files replace bundled ones.
        language: Overrides ``language:`` of shop.yaml.

    Raises:
        SetupError: Anything is wrong; carries every problem found.
    """
    problems = Problems()
    made = declared(folder, language, problems)
    if made is None or problems.found:
        raise SetupError(problems.found)
    return made


def declared(folder: Path, language: str | None, problems: Problems) -> Configuration | None:
    """Return the configuration of the shop in ``folder``, noting every problem; None when there is no shop."""
    tree = read_tree(folder, problems)
    if language:
        tree["language"] = language
    return build(folder, tree, problems)


def read_tree(folder: Path, problems: Problems) -> Tree:
    """Return all declarations of a shop as plain mappings, shop.yaml at the top level."""
    own = folder / "shop.yaml"
    if not own.is_file():
        problems.add(
            "shop-missing",
            "shop.yaml",
            msg("There is no shop.yaml in this folder, so this is not a shop folder."),
            msg("Change to the shop's folder, name it with --shop, or make one with: daicho init my-shop"),
        )
        return {}
    written = read_yaml(own, "shop.yaml", problems)
    if not isinstance(written, dict):
        problems.add("not-a-mapping", "shop.yaml", msg("Here 'key: value' lines are expected."), _COMPARE)
        written = {}
    tree: Tree = {str(key): value for key, value in written.items()}
    accounts = tree.pop("carriers", {})
    for name in ("accounts", *_FILES, *_FOLDERS):
        if name in tree:
            _unknown_key(name, problems)
    for name in _FILES:
        tree[name] = _read(folder, f"{name}.yaml", problems)
    for name in _FOLDERS:
        tree[name] = {
            path.stem: _read(folder, f"{name}/{path.name}", problems) for path in _files(folder, name)
        }
    tree["accounts"] = accounts
    _note_unread(folder / "sheets_schema", problems)
    return tree


def build(folder: Path, tree: Tree, problems: Problems) -> Configuration | None:
    """Return the typed configuration of a tree, noting every problem; None when there is no shop at all."""
    if "tabs" not in tree:
        return None
    top = read_as(_Top, {key: tree[key] for key in _names(_Top) if key in tree}, "shop.yaml", problems)
    shop = read_as(Shop, tree.get("shop") or {"name": ""}, "shop.yaml: shop", problems)
    statuses = read_all(Status, tree["statuses"], "sheets_schema/statuses.yaml", problems)
    holds = read_all(HoldReason, tree["holds"], "sheets_schema/holds.yaml", problems)
    payments = read_all(Payment, tree["payments"], "sheets_schema/payments.yaml", problems)
    mails = read_all(MailKind, tree["mails"], "sheets_schema/mails.yaml", problems)
    carriers = _read_files(Carrier, _with_accounts(tree, problems), "carriers", problems)
    channels = _read_files(Channel, tree["channels"], "channels", problems)
    tabs = _read_files(Tab, tree["tabs"], "tabs", problems)
    archive = read_as(Archiving, tree.get("archive") or {}, "shop.yaml: archive", problems)
    mail = read_as(MailAccount, tree.get("mail") or {}, "shop.yaml: mail", problems)
    top, shop, archive = top or _Top(), shop or Shop(""), archive or Archiving()
    choices = {
        "statuses": _choices(statuses),
        "holds": _choices(holds),
        "payments": _choices(payments),
        "mails": _choices(mails),
        "carriers": _choices(carriers),
        "channels": _choices(channels),
        "services": _services(carriers),
    }
    made = Configuration(
        folder=folder,
        language=top.language,
        currency=top.currency,
        zone=zone_of(top.timezone, problems),
        ledger=top.ledger,
        google=top.google,
        shop=shop,
        calendar=calendar_of(shop, problems),
        schema=whole_schema(tabs, choices, problems),
        statuses=statuses,
        holds=holds,
        payments=payments,
        mails=mails,
        carriers=carriers,
        channels=channels,
        archive=archive,
        mail=mail or MailAccount(),
        sections=_sections(tree, own_names(folder), problems),
        template_folders=(folder / "mail_templates", BUNDLED / "mail_templates"),
        tree=tree,
    )
    _check(made, problems)
    return made


def _check(made: Configuration, problems: Problems) -> None:
    """Note what does not fit together although each declaration is in order by itself."""
    check_currency(made.currency, "shop.yaml: currency", problems)
    check_statuses(made.statuses, "sheets_schema/statuses.yaml", problems)
    check_holds(made.holds, problems)
    check_conditions(made.holds, made.schema, made.currency, problems)
    check_payments(made.payments, problems)
    check_mails(made.mails, made.schema, problems)
    check_archiving(made.archive, made.mails, problems)
    check_account(made.mail, problems)
    check_carriers(made.carriers, problems)
    check_channels(made.channels, made.schema, problems)
    check_usual(made.carriers, made.sections, problems)


def _read(folder: Path, name: str, problems: Problems) -> object:
    own = folder / "sheets_schema" / name
    path = own if own.is_file() else BUNDLED / "sheets_schema" / name
    return read_yaml(path, f"sheets_schema/{name}", problems)


def _note_unread(own: Path, problems: Problems) -> None:
    """Note files of the shop that nothing reads, because their name or place is not quite right."""
    known = [f"{name}.yaml" for name in _FILES]
    known += [f"{folder}/{path.name}" for folder in _FOLDERS for path in _files(own.parent, folder)]
    for path in sorted(own.rglob("*")):
        name = path.relative_to(own).as_posix()
        if name in known or path.suffix.lower() not in (".yaml", ".yml"):
            continue
        close = nearest(name, known) or next((place for place in known if place.endswith(f"/{name}")), None)
        problems.add(
            "unknown-file",
            f"sheets_schema/{name}",
            msg("Nothing reads a file of this name."),
            msg("Did you mean '{close}'?", close=close)
            if close
            else msg("Use one of: {known}.", known=tuple(known)),
        )


def _files(folder: Path, name: str) -> list[Path]:
    """List the bundled and the shop's own files of one kind; the shop's replace those of the same name."""
    found = {path.name: path for path in sorted((BUNDLED / "sheets_schema" / name).glob("*.yaml"))}
    found |= {path.name: path for path in sorted((folder / "sheets_schema" / name).glob("*.yaml"))}
    return list(found.values())


def _read_files(kind: type[T], written: object, folder: str, problems: Problems) -> dict[str, T]:
    """Return the declarations of a folder by file name, which is the id of each."""
    made: dict[str, T] = {}
    for name, entry in written.items() if isinstance(written, Mapping) else ():
        where = f"sheets_schema/{folder}/{name}.yaml"
        read = read_as(kind, entry, where, problems, id=str(name))
        if read is not None:
            made[str(name)] = read
    return made


def _names(kind: type) -> list[str]:
    return [field.name for field in fields(kind)]


def _with_accounts(tree: Tree, problems: Problems) -> object:
    """Lay what the shop agreed with each carrier (shop.yaml: carriers) over its declaration; these come first."""
    carriers = tree["carriers"]
    agreed = read_as(_Agreed, {"carriers": tree.get("accounts")}, "shop.yaml", problems) or _Agreed()
    if not isinstance(carriers, Mapping):
        return carriers
    for name in agreed.carriers:
        if name not in carriers:
            unknown_name("carrier", name, tuple(map(str, carriers)), "shop.yaml: carriers", problems)
    ordered = {name: carriers[name] for name in (*agreed.carriers, *carriers) if name in carriers}
    return {
        name: with_agreement(written, agreed.carriers[name], f"shop.yaml: carriers.{name}", problems)
        if name in agreed.carriers and isinstance(written, Mapping)
        else written
        for name, written in ordered.items()
    }


def _choices(declared: Mapping[str, object]) -> dict[str, Choice]:
    made: dict[str, Choice] = {}
    for name, entry in declared.items():
        label = getattr(entry, "label", None)
        if label is not None:
            made[name] = Choice(name, label, getattr(entry, "aliases", ()), getattr(entry, "colour", ""))
    return made


def _services(carriers: Mapping[str, Carrier]) -> dict[str, Choice]:
    return {
        service.id: Choice(service.id, service.label)
        for carrier in carriers.values()
        for service in carrier.services.values()
    }


def _sections(tree: Tree, own: Sequence[str], problems: Problems) -> dict[str, object]:
    known = {*_names(_Top), "shop", "archive", "mail", "accounts", *_FILES, *_FOLDERS}
    names = (*AUTOMATIONS, *own)
    for key in tree.keys() - known - {*names}:
        _unknown_key(key, problems)
    return {name: tree[name] for name in names if tree.get(name) is not None}


def _unknown_key(key: str, problems: Problems) -> None:
    allowed = (*_names(_Top), "shop", "archive", "mail", "carriers", *AUTOMATIONS)
    unknown_name("key", key, allowed, "shop.yaml", problems, "unknown-key")


_COMPARE = msg("Compare it with the bundled shop.yaml.")
