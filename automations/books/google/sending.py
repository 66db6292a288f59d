"""The requests that build a spreadsheet, in batches of which none is applied twice."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from secrets import randbelow

from automations.books.google.values import Json

# A request is best kept below two megabytes (the service's own advice).
_MOST_BYTES = 1_500_000
_MARK = "daicho_layout"


def batches(requests: Sequence[Json], structure: Json) -> Iterator[list[Json]]:
    """Yield the requests in order, in as few batches as their size allows; each is refused when it comes twice.

    A batch leaves a mark with a number of its own, and takes away the marks of the run before.
    """
    lookups = ({"metadataId": part["metadataId"]} for part in structure.get("developerMetadata", ())
               if part.get("metadataKey") == _MARK)  # fmt: skip
    older = [{"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": one}}} for one in lookups]
    batch, size = [*older, _mark()], 0
    for request in requests:
        length = len(json.dumps(request, ensure_ascii=False).encode())
        if size and size + length > _MOST_BYTES:
            yield batch
            batch, size = [_mark()], 0
        batch.append(request)
        size += length
    if size:
        yield batch


def _mark() -> Json:
    number = randbelow(2**31 - 1) + 1
    place = {"spreadsheet": True}
    mark = {"metadataId": number, "metadataKey": _MARK, "visibility": "DOCUMENT", "location": place}
    return {"createDeveloperMetadata": {"developerMetadata": mark}}
