"""Sends recorded requests to a fresh service and compares its answers with the recorded ones.

python -m tests.sheets_server.compare PATH_TO_CASSETTES [-k PART_OF_A_NAME]

Compared are status, keys, types and list lengths. A recording is a JSON file of ``interactions``, each with a request
(``method``, ``uri``, ``body``) and a response (``status.code``, ``body.string``).
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from .service import Request, Service

_KEY = re.compile(r"/(?:spreadsheets|files)/([^/:?]+)")
# Names of values that the service makes up: what it answers stands for what was recorded in all later requests.
_IDS = frozenset(
    {"id", "spreadsheetId", "sheetId", "namedRangeId", "protectedRangeId", "chartId", "metadataId"}
)
# Lists whose length is the account's own, each with the reason.
OWN_LENGTH = {"files": "how many files there are is the recorded account's own"}
_SHORTEST_NUMBER = 4


@dataclass
class Replay:
    """One recording against one fresh service."""

    service: Service = field(default_factory=Service)
    ours: dict[str, str] = field(default_factory=dict)
    answered: int = 0

    def differences(self, interactions: list[dict[str, Any]]) -> Iterator[str]:
        """Yield one line for each difference, with the request it belongs to."""
        for place, one in enumerate(interactions):
            asked, recorded = one["request"], one["response"]
            self._make_what_is_missing(asked["uri"], recorded["status"]["code"])
            request = self._request(asked)
            answer = self.service.answer(request)
            self.answered += 1
            where = f"[{place}] {asked['method']} {urlsplit(asked['uri']).path}"
            if answer.code != recorded["status"]["code"]:
                yield f"{where}: status {answer.code}, recorded {recorded['status']['code']}"
            theirs, mine = recorded["body"]["string"], (answer.body or b"").decode()
            for line in self._compared(theirs, mine):
                yield f"{where}: {line}"

    def _make_what_is_missing(self, uri: str, code: int) -> None:
        """Make a spreadsheet that the recording uses and did not make; another's where it was refused."""
        found = _KEY.search(uri)
        if not found or found[1] in self.ours or found[1] in self.service.documents or code == 404:
            return
        owner = {"owner": "somebody.else@example.com"} if code == 403 else {}
        self.service.put_document(found[1], "Recorded", **owner)

    def _request(self, asked: dict[str, Any]) -> Request:
        parts = urlsplit(self._as_ours(asked["uri"]))
        body = self._as_ours(asked["body"] or "")
        kind = " ".join((asked.get("headers") or {}).get("Content-Type", ["json"]))
        given = json.loads(body) if body and "json" in kind else body or None
        query = parse_qs(parts.query, keep_blank_values=True)
        return Request(asked["method"], parts.path, query, given, "token")

    def _as_ours(self, text: str) -> str:
        for theirs, mine in self.ours.items():
            text = re.sub(rf"(?<![\w-]){re.escape(theirs)}(?![\w-])", mine, text)
        return text

    def _compared(self, theirs: str, mine: str) -> Iterator[str]:
        try:
            recorded, answered = json.loads(theirs), json.loads(mine)
        except ValueError:
            if theirs.startswith("{") != mine.startswith("{"):
                yield f"{mine[:60]!r}, recorded {theirs[:60]!r}"
            return
        yield from _unlike(recorded, answered, "")
        self._learn(recorded, answered)

    def _learn(self, recorded: Any, answered: Any) -> None:  # noqa: ANN401 - JSON
        if isinstance(recorded, dict) and isinstance(answered, dict):
            for name in recorded.keys() & answered.keys():
                theirs, mine = recorded[name], answered[name]
                if name in _IDS and theirs != mine and len(str(theirs)) >= _SHORTEST_NUMBER:
                    self.ours[str(theirs)] = str(mine)
                self._learn(theirs, mine)
        elif isinstance(recorded, list) and isinstance(answered, list):
            for theirs, mine in zip(recorded, answered, strict=False):
                self._learn(theirs, mine)


def _kind(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return str(type(value).__name__)
    return "number" if isinstance(value, (int, float)) else type(value).__name__


def _unlike(recorded: Any, answered: Any, where: str) -> Iterator[str]:  # noqa: ANN401 - JSON
    if _kind(recorded) != _kind(answered):
        yield f"{where or 'the answer'} is {_kind(answered)}, recorded {_kind(recorded)}"
    elif isinstance(recorded, dict):
        for name in sorted(recorded.keys() - answered.keys()):
            yield f"{where}.{name} is missing"
        for name in sorted(answered.keys() - recorded.keys()):
            yield f"{where}.{name} was not recorded"
        for name in recorded.keys() & answered.keys():
            yield from _unlike(recorded[name], answered[name], f"{where}.{name}")
    elif isinstance(recorded, list):
        if len(recorded) != len(answered) and where.rpartition(".")[2] not in OWN_LENGTH:
            yield f"{where} has {len(answered)} entries, recorded {len(recorded)}"
        for place, (theirs, mine) in enumerate(zip(recorded, answered, strict=False)):
            yield from _unlike(theirs, mine, f"{where}[{place}]")


def main() -> int:
    """Compare every recording; the exit code is 1 where something differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.sheets_server.compare", description=__doc__)
    parser.add_argument("cassettes", type=Path, help="a folder of recordings")
    parser.add_argument("-k", dest="part", default="", help="only recordings with this in their name")
    given = parser.parse_args()
    asked = different = 0
    for path in sorted(given.cassettes.glob("*.json")):
        if given.part not in path.name:
            continue
        replay = Replay()
        lines = list(replay.differences(json.loads(path.read_text("utf-8"))["interactions"]))
        asked += replay.answered
        different += len({line.partition("]")[0] for line in lines})
        sys.stdout.writelines(f"{path.stem} {line}\n" for line in lines)
    sys.stdout.write(f"{asked} requests, {asked - different} answered as recorded, {different} otherwise\n")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
