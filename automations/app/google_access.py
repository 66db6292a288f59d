"""What `daicho doctor` finds in the Google spreadsheet of a shop."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from automations.app.configuration import Configuration
from automations.app.shops import open_spreadsheet
from automations.books.google.ids import sheet_id_of
from automations.core.messages import Message, msg
from automations.core.text import normal_header

if TYPE_CHECKING:
    from automations.books.google.access import Access, Fence

_CLOCK_MAY_DIFFER = timedelta(seconds=60)


def look_at(configuration: Configuration) -> Access:
    """Return what Daicho may do in the shop's spreadsheet; raises as ``open_spreadsheet`` and ``access.look``."""
    from automations.books.google.access import look

    return look(open_spreadsheet(configuration))


def in_the_way(access: Access, configuration: Configuration) -> Iterable[Message]:
    """Yield what keeps a run from writing."""
    for fence in _fences(access, configuration):
        if not fence.is_header:
            yield msg(
                "a protected range in the tab {title} keeps {account} out: open Data > Protect sheets and ranges "
                "and let {account} edit it",
                title=fence.tab,
                account=access.account,
            )


def worth_mending(access: Access, configuration: Configuration) -> Iterable[Message]:
    """Yield what a run can do without."""
    if abs(access.ahead) > _CLOCK_MAY_DIFFER:
        yield msg(
            "the clock of this computer differs from Google's by {seconds} seconds: let it set its clock from the "
            "internet",
            seconds=round(abs(access.ahead).total_seconds()),
        )
    for fence in _fences(access, configuration):
        if fence.is_header:
            yield msg(
                "the header row of the tab {title} is protected from {account}: Daicho can add no column there",
                title=fence.tab,
                account=access.account,
            )


def _fences(access: Access, configuration: Configuration) -> Iterable[Fence]:
    """Yield the fences in tabs of the ledger; other tabs are none of Daicho's business."""
    tabs = configuration.schema.values()
    numbers = {sheet_id_of(tab.id) for tab in tabs}
    titles = {normal_header(name) for tab in tabs for name in (tab.id, tab.label.ja, tab.label.en)}
    for fence in access.fences:
        if fence.sheet_id in numbers or normal_header(fence.tab) in titles:
            yield fence
