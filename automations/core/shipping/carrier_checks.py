"""What a carrier declaration must fulfil beyond its form; told at start-up, before any row is read."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from automations.core.declare import Problems, unknown_name
from automations.core.messages import msg
from automations.core.places.prefectures import REGIONS
from automations.core.shipping.agreements import PARTS
from automations.core.shipping.carriers import CARRIER_ID, RECORD_FIELDS, Carrier, LabelColumn, Service


def check_carriers(carriers: Mapping[str, Carrier], problems: Problems) -> None:
    """Note every declaration that contradicts itself: columns, fields, services, windows, regions, account."""
    owner: dict[str, str] = {}
    for carrier in carriers.values():
        where = f"sheets_schema/carriers/{carrier.id}.yaml"
        _check_id(carrier, where, problems)
        _check_columns(carrier, where, problems)
        _check_flows(carrier, where, problems)
        for service in carrier.services.values():
            _check_service(carrier, service, f"{where}: services.{service.id}", problems)
            if owner.setdefault(service.id, carrier.id) != carrier.id:
                problems.add(
                    "service-doubled",
                    f"{where}: services.{service.id}",
                    msg(
                        "The service {service} already belongs to {carrier}.",
                        service=service.id,
                        carrier=owner[service.id],
                    ),
                    msg("Give one of the two another id."),
                )
        _check_lead_days(carrier, where, problems)
        _check_account(carrier, problems)


def check_usual(carriers: Mapping[str, Carrier], sections: Mapping[str, object], problems: Problems) -> None:
    """Note a setting of shop.yaml that names a carrier which is not declared."""
    for name, section in sections.items():
        if not isinstance(section, Mapping):
            continue
        for key in ("carrier", "mailbox_carrier"):
            carrier = section.get(key)
            if carrier and carrier not in carriers:
                where = f"shop.yaml: {name}.{key}"
                unknown_name("carrier", str(carrier), tuple(carriers), where, problems)


def _check_id(carrier: Carrier, where: str, problems: Problems) -> None:
    if not CARRIER_ID.fullmatch(carrier.id):
        problems.add(
            "carrier-name",
            where,
            msg("The name of this file becomes part of file names and batch numbers."),
            msg("Use at most 20 small letters, digits and _, beginning with a letter."),
        )


def _check_columns(carrier: Carrier, where: str, problems: Problems) -> None:
    if len(carrier.columns) != carrier.file.columns:
        problems.add(
            "columns-miscounted",
            f"{where}: columns",
            msg(
                "Columns listed: {count}; file.columns says {expected}.",
                count=len(carrier.columns),
                expected=carrier.file.columns,
            ),
            msg("Compare the list with the carrier's layout; every column needs its line, also a blank one."),
        )
    fields = known_fields(carrier)
    for number, column in enumerate(carrier.columns, 1):
        _check_column(carrier, column, fields, f"{where}: columns.{number} {column.name}", problems)


def known_fields(carrier: Carrier) -> tuple[str, ...]:
    """Return every name a column of this carrier may take its value from."""
    account = tuple(f"account.{key}" for key in carrier.account_keys)
    flows = tuple(f"{name}.{line}" for name in carrier.flows for line in range(1, 10))
    return (*RECORD_FIELDS, *account, *flows)


def _check_column(
    carrier: Carrier, column: LabelColumn, fields: Collection[str], where: str, problems: Problems
) -> None:
    if column.field and column.field not in fields:
        unknown_name("field", column.field, tuple(fields), where, problems, "unknown-field")
    for other in filter(None, (column.not_above, column.beside)):
        if other not in fields:
            unknown_name("field", other, tuple(fields), where, problems, "unknown-field")
    for name in (*column.required_for, *column.only_for):
        if name not in carrier.services:
            unknown_name("service", name, tuple(carrier.services), where, problems, "unknown-service")
    if column.field and column.always:
        problems.add(
            "column-twice",
            where,
            msg("The column has both a field and a constant."),
            msg("Keep either field or always."),
        )
    if (column.charset == "date") != bool(column.date_form):
        problems.add(
            "date-form",
            where,
            msg("A date needs both charset: date and date_form."),
            msg("Write charset: date and date_form: '%Y/%m/%d'."),
        )
    _check_fixed_texts(carrier, column, where, problems)


def _check_fixed_texts(carrier: Carrier, column: LabelColumn, where: str, problems: Problems) -> None:
    for text in (column.name, column.always, *column.codes.values()):
        try:
            text.encode(carrier.file.printable)
        except UnicodeEncodeError:
            problems.add(
                "not-in-encoding",
                where,
                msg(
                    "'{text}' is not among the characters of the carrier's file ({encoding}).",
                    text=text,
                    encoding=carrier.file.printable,
                ),
                msg("Use other characters."),
            )


def _check_flows(carrier: Carrier, where: str, problems: Problems) -> None:
    for flow in carrier.flows.values():
        for piece in (*flow.pieces, *filter(None, [flow.needs])):
            if piece not in RECORD_FIELDS:
                unknown_name(
                    "field", piece, RECORD_FIELDS, f"{where}: flows.{flow.id}", problems, "unknown-field"
                )
        lines = [column.field for column in carrier.flow_columns[flow.id]]
        if not lines or lines != [f"{flow.id}.{line}" for line in range(1, len(lines) + 1)]:
            problems.add(
                "flow-lines",
                f"{where}: flows.{flow.id}",
                msg("The columns of this text are not numbered 1, 2, 3 without a gap."),
                msg("Give its columns the fields {name}.1, {name}.2 and so on.", name=flow.id),
            )


def _check_service(carrier: Carrier, service: Service, where: str, problems: Problems) -> None:
    if (service.cod == "never") != (service.cod_max == 0):
        problems.add(
            "cod-unclear",
            where,
            msg("cod and cod_max do not agree."),
            msg("Give cod_max exactly for services that collect cash."),
        )
    if service.cod_max and not any(column.field == "cod_amount" for column in carrier.columns):
        _no_column("cod_amount", where, problems)
    if (
        not any(column.field == "shipment_id" for column in carrier.columns)
        and carrier.read_back.reference.names
    ):
        _no_column("shipment_id", where, problems)
    _check_codes(carrier, "requested_time", service.times, where, problems)
    _check_codes(carrier, "temperature", service.temperatures, where, problems)
    if any(column.field == "delivery_wish" for column in carrier.columns):
        wishes = (*service.times, *(["day"] if service.day else []))
        _check_codes(carrier, "delivery_wish", wishes, where, problems)
    if service.max_boxes > 1 and not any(column.field == "boxes" for column in carrier.columns):
        _no_column("boxes", where, problems)


def _check_codes(carrier: Carrier, field: str, used: Collection[str], where: str, problems: Problems) -> None:
    columns = [column for column in carrier.columns if column.field == field]
    needed = [value for value in used if value != "ambient"]
    if needed and not columns:
        _no_column(field, where, problems)
    for column in columns:
        for value in needed:
            if value not in column.codes:
                unknown_name(
                    "code", value, tuple(column.codes), f"{where} ({column.name})", problems, "code-missing"
                )


def _no_column(field: str, where: str, problems: Problems) -> None:
    problems.add(
        "field-missing",
        where,
        msg("No column takes the field {field}, which this service needs.", field=field),
        msg("Add 'field: {field}' to the carrier's column for it.", field=field),
    )


def _check_lead_days(carrier: Carrier, where: str, problems: Problems) -> None:
    for origin, days in carrier.lead_days.items():
        for region in (origin, *days):
            if region not in REGIONS:
                unknown_name(
                    "region", region, REGIONS, f"{where}: lead_days.{origin}", problems, "unknown-region"
                )
        missing = tuple(region for region in REGIONS if region not in days)
        if missing:
            problems.add(
                "lead-days-missing",
                f"{where}: lead_days.{origin}",
                msg("There are no days for {regions}.", regions=missing),
                msg("Give the days to every region."),
            )


def _check_account(carrier: Carrier, problems: Problems) -> None:
    where = f"shop.yaml: carriers.{carrier.id}"
    for key, value in carrier.account.items():
        declared = carrier.account_keys.get(key)
        if declared is None:
            known = (*carrier.account_keys, *PARTS)
            unknown_name("key", key, known, where, problems, "unknown-key")
        elif value and declared.pattern and not re.fullmatch(declared.pattern, value):
            problems.add(
                "wrong-value",
                f"{where}.{key}",
                msg("The value '{value}' does not fit here.", value=value),
                msg(
                    "Copy {label} from the carrier's contract: only digits, no hyphens.", label=declared.label
                ),
            )
