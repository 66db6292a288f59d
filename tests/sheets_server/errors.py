"""What the service refuses, in the words and codes of the real one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]


class ApiError(Exception):
    """A refusal: HTTP code, canonical status, message."""

    def __init__(self, code: int, status: str, message: str, details: Sequence[Json] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.message = message
        self.details = list(details)

    def body(self) -> Json:
        """Return the error as it is sent."""
        error: Json = {"code": self.code, "message": self.message, "status": self.status}
        if self.details:
            error["details"] = self.details
        return {"error": error}

    def at(self, place: str) -> ApiError:
        """Return the same refusal naming the request it belongs to."""
        return ApiError(self.code, self.status, f"Invalid {place}: {self.message}", self.details)


class DriveError(ApiError):
    """A refusal of Drive: it names domain and reason, and has no status."""

    def __init__(self, code: int, reason: str, message: str, where: Mapping[str, str] | None = None) -> None:
        super().__init__(code, "", message)
        self.errors = [{"message": message, "domain": "global", "reason": reason, **(where or {})}]

    def body(self) -> Json:
        """Return the error as Drive sends it."""
        return {"error": {"code": self.code, "message": self.message, "errors": self.errors}}


def invalid(message: str, details: Sequence[Json] = ()) -> ApiError:
    """Return a 400."""
    return ApiError(400, "INVALID_ARGUMENT", message, details)


def bad_list(field: str, value: object) -> ApiError:
    """Return the 400 for a body whose values are no list of lists."""
    shown = f'"{value}"' if isinstance(value, str) else str(value)
    said = f"Invalid value at '{field}' (type.googleapis.com/google.protobuf.ListValue), {shown}"
    violation = {"field": field, "description": said}
    detail = {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}
    return invalid(said, [detail])


def unknown_grid(sheet_id: int) -> ApiError:
    """Return the 400 for a numeric id that no tab has."""
    return invalid(f"No grid with id: {sheet_id}")


def not_found() -> ApiError:
    """Return the 404 of Sheets."""
    return ApiError(404, "NOT_FOUND", "Requested entity was not found.")


def forbidden() -> ApiError:
    """Return the 403 for a file that was not shared with the caller."""
    return ApiError(403, "PERMISSION_DENIED", "The caller does not have permission")


def protected() -> ApiError:
    """Return the 400 for a cell that the caller may not edit."""
    return invalid(
        "You are trying to edit a protected cell or object. Please contact the spreadsheet owner to remove "
        "protection if you need to edit.",
    )


def unauthenticated() -> ApiError:
    """Return the 401 for a missing or expired token."""
    return ApiError(
        401,
        "UNAUTHENTICATED",
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other "
        "valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
    )


def quota_exceeded(kind: str, limit: int) -> ApiError:
    """Return the 429 for too many reads or writes in a minute."""
    word = kind.capitalize()
    metadata = {
        "quota_metric": f"sheets.googleapis.com/{kind}_requests",
        "quota_location": "global",
        "service": "sheets.googleapis.com",
        "quota_unit": "1/min/{project}/{user}",
        "quota_limit": f"{word}RequestsPerMinutePerUser",
        "consumer": "projects/123456789012",
        "quota_limit_value": str(limit),
    }
    return ApiError(
        429,
        "RESOURCE_EXHAUSTED",
        f"Quota exceeded for quota metric '{word} requests' and limit '{word} requests per minute per user' of "
        "service 'sheets.googleapis.com' for consumer 'project_number:123456789012'.",
        [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "RATE_LIMIT_EXCEEDED",
                "domain": "googleapis.com",
                "metadata": metadata,
            },
            {
                "@type": "type.googleapis.com/google.rpc.Help",
                "links": [
                    {
                        "description": "Request a higher quota limit.",
                        "url": "https://cloud.google.com/docs/quotas/help/request_increase",
                    },
                ],
            },
        ],
    )
