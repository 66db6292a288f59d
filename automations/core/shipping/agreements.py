"""What a shop agreed with a carrier (``carriers:`` in shop.yaml), laid over the carrier's declaration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from automations.core.declare import Problems, read_as, unknown_name
from automations.core.shipping.carriers import FileLayout, LabelColumn, Service

Written = Mapping[str, object]
# What a shop may set otherwise without a carrier file of its own; every other key is one of the contract.
PARTS = ("file", "services", "columns")


def with_agreement(declared: Written, agreed: Written, where: str, problems: Problems) -> dict[str, object]:
    """Return a carrier's declaration as this shop uses it.

    Args:
        declared: The carrier's file as plain mappings.
        agreed: Codes of the contract by key; ``file`` (encoding, header …), ``services`` by id and ``columns`` by
            header, each with the keys that differ.
        where: Place in shop.yaml, ``shop.yaml: carriers.sagawa``.
        problems: Where values that do not fit go; those are not laid over.
    """
    account = {key: value for key, value in agreed.items() if key not in PARTS}
    made: dict[str, object] = {**declared, "account": account, "in_use": True}
    over = {part: value for part in PARTS if isinstance(value := agreed.get(part), Mapping)}
    if "file" in over:
        made["file"] = _file(_mapping(declared.get("file")), over["file"], f"{where}.file", problems)
    if "services" in over:
        services = _mapping(declared.get("services"))
        made["services"] = _services(services, over["services"], f"{where}.services", problems)
    columns = declared.get("columns")
    if "columns" in over and isinstance(columns, list):
        made["columns"] = _columns(columns, over["columns"], f"{where}.columns", problems)
    return made


def _file(declared: Written, over: Written, where: str, problems: Problems) -> Written:
    merged = {**declared, **over}
    return merged if _reads(FileLayout, merged, where, problems) else declared


def _services(declared: Written, over: Written, where: str, problems: Problems) -> Written:
    made = dict(declared)
    for name, changes in over.items():
        if name not in declared:
            unknown_name("service", name, tuple(declared), where, problems)
            continue
        merged = {**_mapping(declared[name]), **_mapping(changes)}
        if _reads(Service, merged, f"{where}.{name}", problems, id=name):
            made[name] = merged
    return made


def _columns(declared: Sequence[object], over: Written, where: str, problems: Problems) -> list[object]:
    names = [str(_mapping(column).get("name")) for column in declared]
    for name in over:
        if name not in names:
            unknown_name("column", name, tuple(names), where, problems)
    made: list[object] = []
    for name, column in zip(names, declared, strict=True):
        merged = {**_mapping(column), **_mapping(over.get(name))}
        made.append(
            merged if name in over and _reads(LabelColumn, merged, f"{where}.{name}", problems) else column
        )
    return made


def _reads(kind: type, merged: Written, where: str, problems: Problems, **known: object) -> bool:
    trial = Problems()
    read_as(kind, merged, where, trial, **known)
    problems.found += trial.found
    return not trial.found


def _mapping(written: object) -> Written:
    return written if isinstance(written, Mapping) else {}
