"""What Google can say no with: for the commit as exceptions of its own, for people in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from automations.core.errors import DaichoError, LedgerRefused, ServiceError
from automations.core.messages import Message, msg
from automations.core.records import dataclass

Account = str | Message
Refuse = Callable[[Account, str], tuple[str, Message, Message]]
_NAMED_REQUEST = re.compile(r"Invalid requests\[(\d+)\](?:\.(\w+))?")
_GONE = (
    "exceeds grid limits",
    "is after last row in grid",
    "is after last column in grid",
    "No grid with id",
    "Unable to parse range",
)
_PROJECT = re.compile(r"project[ =/](?:number:)?(\d+)")
_API_PAGE = "https://console.cloud.google.com/apis/library/sheets.googleapis.com"


class BadRequest(Exception):
    """A 400: nothing of this request was applied.

    Attributes:
        message: Google's words.
        index: Which request of the batch was refused, None where Google does not say.
        request: Its name (``addNamedRange``), ``""`` where Google does not say.
        resent: An earlier attempt of the same call had an unknown outcome, and may have been applied.
    """

    def __init__(self, message: str, *, resent: bool = False) -> None:
        super().__init__(message)
        named = _NAMED_REQUEST.search(message)
        self.message = message
        self.index = int(named[1]) if named else None
        self.request = (named[2] or "") if named else ""
        self.resent = resent

    @property
    def place_is_gone(self) -> bool:
        """Whether it was refused because rows, columns or a tab went away since they were read."""
        return any(sign in self.message for sign in _GONE)


class Unclear(Exception):
    """Nobody knows whether a write was applied: it was sent again as often as is safe, without a usable answer."""


@dataclass(frozen=True)
class Refusal:
    """An answer that says no, as it came."""

    code: int
    message: str
    reasons: frozenset[str] = frozenset()

    def says(self, *words: str) -> bool:
        """Return whether Google's words hold one of these."""
        return any(word.lower() in self.message.lower() for word in words)


def refused(refusal: Refusal, key: str, account: Account, *, writing: bool, resent: bool) -> Exception:
    """Return what a refusal means: ``LedgerRefused`` for a person, ``BadRequest`` for the commit.

    Args:
        refusal: Anything but a 429 and an answer of unknown outcome.
        key: Of the spreadsheet.
        account: Who asked.
        writing: It was a write that was refused.
        resent: See ``BadRequest``.
    """
    refuse = _kind_of(refusal, writing=writing)
    if refuse is None:
        return BadRequest(refusal.message, resent=resent)
    code, why, fix = refuse(account, refusal.message)
    return LedgerRefused(code, why, fix, where=msg("the Google spreadsheet"), value=key)


def not_understood(refused_request: BadRequest, key: str) -> LedgerRefused:
    """Return what to tell of a 400 that nobody can do anything about but the developers."""
    code, why, fix = _other("", refused_request.message)
    return LedgerRefused(code, why, fix, where=msg("the Google spreadsheet"), value=key)


def signed_out(said: str, account: Account) -> LedgerRefused:
    """Return what it means that Google gives no access token; ``said`` is its answer."""
    refuse = _clock if "iat and exp" in said else _signed_out
    code, why, fix = refuse(account, said)
    return LedgerRefused(code, why, fix, where=msg("the sign-in at Google"))


def out_of_quota(minutes: int) -> ServiceError:
    """Return what to tell when Google let nobody in for the whole time that was waited."""
    return ServiceError(
        "google-quota",
        msg(
            "Google takes no more requests just now (60 a minute are allowed); Daicho waited {minutes} minutes.",
            minutes=minutes,
        ),
        msg("Stop other programs that use the same account, then run again; running again is safe."),
        where=msg("the Google spreadsheet"),
    )


def unreachable(cause: Message) -> ServiceError:
    """Return what to tell when no usable answer came for the whole time that was waited."""
    return ServiceError(
        "google-unreachable",
        msg("Google Sheets could not be reached: {cause}.", cause=cause),
        msg("Check the internet connection and run again later; running again is safe."),
        where=msg("the Google spreadsheet"),
    )


def unexpected(what: Message) -> DaichoError:
    """Return what to tell when Google's answer does not fit what was asked."""
    return ServiceError(
        "google-unexpected",
        msg("Google's answer does not fit what was asked: {what}.", what=what),
        msg("Run again; if it stays, tell the developers. Nothing was changed."),
        where=msg("the Google spreadsheet"),
    )


def _kind_of(refusal: Refusal, *, writing: bool) -> Refuse | None:
    match refusal.code:
        case 401:
            return _signed_out
        case 403:
            return _kind_of_403(refusal, writing=writing)
        case 404:
            return _not_found
        case 400 if refusal.says("protected cell or object"):
            return _protected
        case 400 if refusal.says("above the limit of 10000000 cells"):
            return _full
        case 400:
            return None
    return _other


def _kind_of_403(refusal: Refusal, *, writing: bool) -> Refuse:
    if "SERVICE_DISABLED" in refusal.reasons or refusal.says("has not been used in project"):
        return _api_off
    if "ACCESS_TOKEN_SCOPE_INSUFFICIENT" in refusal.reasons or refusal.says("authentication scopes"):
        return _scope
    if refusal.says("does not have permission"):
        return _read_only if writing else _not_shared
    return _other


def _not_found(_account: Account, _said: str) -> tuple[str, Message, Message]:
    return (
        "google-not-found",
        msg("Google knows no spreadsheet with this id, or it was deleted."),
        msg(
            "Open the spreadsheet in the browser and write its address: ledger: google:https://docs.google.com/…"
        ),
    )


def _not_shared(account: Account, _said: str) -> tuple[str, Message, Message]:
    return (
        "google-not-shared",
        msg("Google does not let {account} open this spreadsheet.", account=account),
        msg(
            "Open the spreadsheet in the browser, press Share, and add {account} as Editor.", account=account
        ),
    )


def _read_only(account: Account, _said: str) -> tuple[str, Message, Message]:
    return (
        "google-read-only",
        msg("Google does not let {account} write to this spreadsheet.", account=account),
        msg(
            "Open the spreadsheet in the browser, press Share, and make {account} an Editor.", account=account
        ),
    )


def _api_off(_account: Account, said: str) -> tuple[str, Message, Message]:
    project = _PROJECT.search(said)
    return (
        "google-api-off",
        msg(
            "The Google Sheets API is not switched on in the Google Cloud project {project}.",
            project=project[1] if project else "",
        ),
        msg(
            "Open {page}, choose the project, press Enable, and run again after a few minutes.",
            page=_API_PAGE,
        ),
    )


def _scope(account: Account, _said: str) -> tuple[str, Message, Message]:
    return (
        "google-scope",
        msg("The sign-in of {account} was made without leave to use spreadsheets.", account=account),
        msg("Sign in again with: daicho google login; or use the key file of a service account."),
    )


def _signed_out(account: Account, _said: str) -> tuple[str, Message, Message]:
    return (
        "google-signed-out",
        msg(
            "Google no longer accepts the sign-in of {account}: it was revoked or deleted, or has expired.",
            account=account,
        ),
        msg(
            "Sign in again with: daicho google login; for a service account, make a new key and use its file."
        ),
    )


def _clock(_account: Account, _said: str) -> tuple[str, Message, Message]:
    return (
        "google-clock",
        msg("The clock of this computer is wrong, so Google does not accept the sign-in."),
        msg("Let the computer set its clock from the internet, then run again."),
    )


def _protected(account: Account, _said: str) -> tuple[str, Message, Message]:
    return (
        "google-protected",
        msg("A protected range of the spreadsheet keeps {account} from writing.", account=account),
        msg(
            "Open Data > Protect sheets and ranges, and let {account} edit what is protected.",
            account=account,
        ),
    )


def _full(_account: Account, _said: str) -> tuple[str, Message, Message]:
    return (
        "google-full",
        msg("The spreadsheet would grow above the 10,000,000 cells that Google allows."),
        msg("Delete blank rows and columns, or move old orders to another spreadsheet, then run again."),
    )


def _other(_account: Account, said: str) -> tuple[str, Message, Message]:
    return (
        "google-refused",
        msg('Google refused the request: "{said}"', said=said),
        msg("See whether the account and its Google Cloud project are in order, then run again."),
    )


def reasons_of(error: Mapping[str, object]) -> frozenset[str]:
    """Return the reasons in the details of an error body (``SERVICE_DISABLED`` and the like)."""
    details = error.get("details")
    found = (
        [part.get("reason") for part in details if isinstance(part, dict)]
        if isinstance(details, list)
        else []
    )
    return frozenset(str(reason) for reason in found if reason)
