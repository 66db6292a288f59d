"""`daicho mail test`: one mail as a sample to oneself; the ledger never hears of it."""

from __future__ import annotations

import secrets
from datetime import datetime
from pathlib import Path

from automations.app.configuration import Configuration
from automations.app.letters import Letters
from automations.app.lookups import check_email
from automations.app.mail_preview import composed_for, known_mail
from automations.app.runner import local, open_shop, read_ledger
from automations.app.services import composer_of
from automations.app.shops import OUTBOX, not_written
from automations.core.checks.contacts import email_problem
from automations.core.errors import DaichoError, ServiceError
from automations.core.ledger import Row
from automations.core.mails.kinds import MailKind
from automations.core.mails.occasions import CannotCompose, Composed
from automations.core.mails.outcomes import Outcome, QuotaPaused
from automations.core.messages import Message, msg
from automations.core.values import Value
from automations.mail.sample import occasions


class SampleRefused(DaichoError):
    """There is nobody to send a sample to, or nothing to write it from."""

    exit_code = 2


def send_test(
    folder: Path, name: str, to: str, number: str | None, now: datetime | None, language: str | None
) -> Message:
    """Send one mail with [TEST] in its subject to ``to``, and return what became of it.

    It is written from the order ``number``, else from an invented one. Without a mail account, and where the test
    profile does not name ``to``, it is written to the outbox.

    Raises:
        SampleRefused: ``to`` is not one address, or the mail cannot be written.
        ServiceError: The account cannot be used, or the server did not take it.
    """
    if "@" not in to or email_problem(to, check_email) == "wrong":
        raise SampleRefused(
            "test-address",
            msg("A sample needs one e-mail address to go to."),
            msg("Write your own, for example: --to me@example.com"),
            where="--to",
            value=to,
        )
    shop = open_shop(folder, language)
    configuration = shop.configuration
    mail = known_mail(configuration, name)
    made = (
        composed_for(configuration, read_ledger(shop, now)[1], mail, number)[1]
        if number
        else _sample(configuration, mail)
    )
    row = _row(mail, made, to, local(now, configuration), configuration)
    account = configuration.mail
    if not (account.sends and account.may_write_to(to)):
        return _written(row, configuration)
    return hand_over(row, configuration)


def _sample(configuration: Configuration, mail: MailKind) -> Composed:
    made = composer_of(configuration)(next(iter(occasions(mail, configuration.schema, {}))))
    if isinstance(made, CannotCompose):
        raise _incomplete(mail, made)
    return made


def _incomplete(mail: MailKind, cannot: CannotCompose) -> SampleRefused:
    why = msg(
        "{mail}: {variable} in the template {template} cannot be filled in. {why}",
        mail=mail.label,
        variable=cannot.variable,
        template=cannot.template,
        why=cannot.why,
    )
    tab, _, name = cannot.variable.partition(".")
    fix = msg("Fill in that value, or change the template in mail_templates so that it does not need it.")
    if tab == "shop":
        fix = msg("Fill in {name} under shop: in shop.yaml.", name=name)
    return SampleRefused("mail-incomplete", why, fix, where=cannot.template)


def _row(mail: MailKind, made: Composed, to: str, moment: datetime, configuration: Configuration) -> Row:
    token = secrets.token_hex(16)
    domain = configuration.shop.email.rpartition("@")[2] or "daicho.invalid"
    cells: dict[str, Value] = {
        "to": to,
        "subject": f"[TEST] {made.subject}",
        "text": made.text,
        "class": mail.mail_class,
        "made_at": moment,
        "message_id": f"<test.{token}@{domain}>",
    }
    return Row("mails", f"test:{mail.id}:{token[:8]}", cells)


def _written(row: Row, configuration: Configuration) -> Message:
    from automations.mail.eml import write_eml

    try:
        path = write_eml(configuration.folder / OUTBOX, row, Letters(configuration).content(row))
    except OSError as error:
        raise not_written(OUTBOX, error) from error
    return msg(
        "No mail account is set up for this address, so nothing was sent; it lies in {file}.",
        file=f"{OUTBOX}/{path.name}",
    )


def hand_over(row: Row, configuration: Configuration) -> Message:
    """Hand a sample to the mail server and return what became of it.

    Raises:
        ServiceError: The account cannot be used, or the server did not take it.
    """
    from automations.mail.smtp import open_transport

    outgoing = Letters(configuration).outgoing(row)
    try:
        transport = open_transport(configuration.mail, configuration.folder)
        try:
            outcome = dict(transport.send([outgoing], lambda _key: True)).get(row.key, Outcome("before"))
        finally:
            transport.close()
    except QuotaPaused as paused:
        outcome = Outcome("deferred", paused.reply)
    if outcome.kind == "sent":
        return msg("Sent to {to}. Look at it in your mail program.", to=row.text("to"))
    if outcome.kind == "unknown":
        return msg(
            "The line broke after the mail was handed over; look whether it arrived at {to}.",
            to=row.text("to"),
        )
    raise ServiceError(
        "test-not-sent",
        msg("The mail server did not take the sample."),
        msg("Check mail: in shop.yaml and the address, then try again."),
        where="shop.yaml: mail",
        value=outcome.reply,
    )
