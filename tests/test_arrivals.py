"""Files in the inbox: which are taken, and what happens to one that cannot be opened."""

from pathlib import Path

import pytest
from stories import SHOP

from automations.app.arrivals import contents, read_arrivals, waiting_files
from automations.app.configuration import load
from automations.core.errors import ServiceError


def test_a_file_that_cannot_be_opened_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    good = tmp_path / "orders.csv"
    good.write_text(
        "受注番号,注文者名,支払方法,商品コード,数量\nA-1,山本 さくら,代引,K-001,1\n", encoding="utf-8"
    )
    gone = tmp_path / "gone.csv"
    incoming = read_arrivals(contents([gone, good]), load(SHOP))
    assert [order.number for order in incoming.orders] == ["A-1"]
    assert [(finding.code, finding.key) for finding in incoming.findings] == [("file-locked", "gone.csv")]


def test_the_computers_own_files_and_folders_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "done").mkdir()
    for name in (".DS_Store", "~$orders.xlsx", "Thumbs.db", "b.csv", "a.csv"):
        (tmp_path / name).write_bytes(b"")
    assert [path.name for path in waiting_files(tmp_path)] == ["a.csv", "b.csv"]


def test_a_file_in_place_of_the_inbox_is_named(tmp_path: Path) -> None:
    (tmp_path / "inbox").write_bytes(b"")
    with pytest.raises(ServiceError, match="a file is in the way") as refused:
        waiting_files(tmp_path / "inbox")
    assert "make a folder in its place" in str(refused.value.fix)


def test_a_shop_without_inbox_has_nothing_waiting(tmp_path: Path) -> None:
    assert waiting_files(tmp_path / "inbox") == []
