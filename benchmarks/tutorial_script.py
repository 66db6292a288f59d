"""The script most people write first: pandas to read, iterrows to decide, openpyxl to save.

It does what Daicho's whole run does on the same ledger, as well as such a script reasonably can: dictionaries
for look-ups, one pass over the open orders, one load and one save of the workbook. It keeps no journal, no
backup and no seals, knows one carrier service, and does not notice when somebody saved the file meanwhile.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

TABS = ["受注", "受注明細", "商品", "メール"]
OPEN = ("", "受注", "未引当", "中途引当", "引当済み", "保留")
SHIP_COLUMNS = ["届け先電話", "届け先郵便番号", "届け先住所", "届け先建物", "届け先名"]


@dataclass
class Changed:
    """What a run writes: cells by the row's index, and new rows by header."""

    orders: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    lines: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    parcels: list[dict[str, Any]] = field(default_factory=list)
    mails: list[dict[str, Any]] = field(default_factory=list)


def run(folder: Path, now: datetime) -> None:
    """Check, allocate, batch and mail everything that is open in ``folder/ledger.xlsx``."""
    path = folder / "ledger.xlsx"
    sheets = pd.read_excel(path, sheet_name=TABS, dtype=object, engine="openpyxl")
    changed = decide({name: sheet.fillna("") for name, sheet in sheets.items()}, now)
    write_batch(folder, changed.parcels, now)
    write_mails(folder, changed.mails)
    save(path, changed)


def decide(sheets: Mapping[str, pd.DataFrame], now: datetime) -> Changed:
    """Return what must be written, from the tabs as they stand."""
    orders, lines = sheets["受注"], sheets["受注明細"]
    free = dict(zip(sheets["商品"]["商品コード"], sheets["商品"]["有効在庫"], strict=True))
    mailed = set(sheets["メール"].loc[sheets["メール"]["文例"] == "受注確認", "受注番号"])
    lines_of = dict(iter(lines.groupby("受注番号")))
    changed = Changed()
    for index, order in orders[orders["状態"].isin(OPEN)].sort_values("受注日時").iterrows():
        own = lines_of.get(order["受注番号"], lines.iloc[:0])
        errors, hold = check(order, own, free)
        status = "受注" if errors else "保留" if hold else ""
        if not errors:
            stocked = allocate(own, free, changed.lines)
            status = status or stocked
        if status == "引当済み" and is_paid(order):
            status = "出荷指示"
            changed.parcels.append(label(order, own, len(changed.parcels) + 1, now))
        changed.orders.append((index, {"状態": status, "エラー": " / ".join(errors + hold)}))
        if not errors and order["受注番号"] not in mailed:
            changed.mails.append(confirmation(order, own, now))
    return changed


def check(order: pd.Series[Any], lines: pd.DataFrame, free: dict[str, int]) -> tuple[list[str], list[str]]:
    """Return what keeps an order out, and what a person must look at."""
    errors, hold = [], []
    if not order["注文者名"]:
        errors.append("注文者名がありません")
    if lines.empty:
        errors.append("明細がありません")
    if len(re.sub(r"\D", "", str(order["注文者電話"]))) not in (10, 11):
        hold.append("電話番号を確かめてください")
    if not re.fullmatch(r"\d{7}", re.sub(r"\D", "", str(order["注文者郵便番号"]))):
        hold.append("郵便番号を確かめてください")
    if not re.fullmatch(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", str(order["メールアドレス"])):
        hold.append("メールアドレスを確かめてください")
    if order["備考"]:
        hold.append("備考を読んでください")
    return errors, hold + check_sums(order, lines, free)


def check_sums(order: pd.Series[Any], lines: pd.DataFrame, free: dict[str, int]) -> list[str]:
    """Return what is wrong with products and amounts."""
    hold = []
    goods = 0
    for _, line in lines.iterrows():
        goods += int(line["数量"]) * int(line["単価"])
        if line["商品コード"] not in free:
            hold.append(f"商品マスタにない商品: {line['商品コード']}")
    if goods != order["商品計"]:
        hold.append("明細の合計が商品計と合いません")
    if order["商品計"] + order["送料"] + (order["手数料"] or 0) - (order["値引"] or 0) != order["合計"]:
        hold.append("合計が合いません")
    return hold


def allocate(lines: pd.DataFrame, free: dict[str, int], cells: list[tuple[int, dict[str, Any]]]) -> str:
    """Reserve what is there for the lines of one order and return the order's status."""
    done = begun = 0
    for index, line in lines.iterrows():
        reserved = int(line["引当数"] or 0)
        given = min(int(line["数量"]) - reserved, int(free.get(line["商品コード"], 0)))
        if given > 0:
            free[line["商品コード"]] -= given
            reserved += given
            cells.append((index, {"引当数": reserved}))
        done += reserved == line["数量"]
        begun += reserved > 0
    return "引当済み" if done == len(lines) else "中途引当" if begun else "未引当"


def is_paid(order: pd.Series[Any]) -> bool:
    """Return whether the order may ship."""
    return order["入金"] == "入金済み" or (order["支払方法"] == "カード" and order["与信"] == "与信OK")


def label(order: pd.Series[Any], lines: pd.DataFrame, number: int, now: datetime) -> dict[str, Any]:
    """Return the parcel of an order as a row of the shipments tab."""
    return {
        "出荷ID": f"S{now:%y%m%d}{number:05}",
        "出荷状態": "指示済み",
        "受注番号": order["受注番号"],
        "出荷予定日": now.date(),
        "届け先電話": order["届け先電話"] or order["注文者電話"],
        "届け先郵便番号": order["届け先郵便番号"] or order["注文者郵便番号"],
        "届け先住所": (order["届け先都道府県"] + order["届け先住所"])
        or (order["注文者都道府県"] + order["注文者住所"]),
        "届け先建物": order["届け先建物"] or order["注文者建物"],
        "届け先名": order["届け先名"] or order["注文者名"],
        "品名": "、".join(lines["商品名"])[:25],
    }


def confirmation(order: pd.Series[Any], lines: pd.DataFrame, now: datetime) -> dict[str, Any]:
    """Return the order confirmation as a row of the mail tab."""
    goods = "\n".join(
        f"{line['商品名']} × {line['数量']}  {line['単価']:,}円" for _, line in lines.iterrows()
    )
    text = (
        f"{order['注文者名']} 様\n\nご注文ありがとうございます。\n\n■受注番号 {order['受注番号']}\n{goods}\n"
        f"商品合計 {order['商品計']:,}円\n送料 {order['送料']:,}円\nご請求金額 {order['合計']:,}円\n\n"
        f"■お届け先\n{order['注文者都道府県']}{order['注文者住所']}\n\nはかり茶屋\n"
    )
    return {
        "メール番号": f"mail-{order['受注番号']}",
        "状況": "送信済み",
        "受注番号": order["受注番号"],
        "文例": "受注確認",
        "宛先": order["メールアドレス"],
        "件名": f"ご注文ありがとうございます({order['受注番号']})",
        "送信日時": now.replace(tzinfo=None),
        "本文": text,
    }


def write_batch(folder: Path, parcels: list[dict[str, Any]], now: datetime) -> None:
    """Write the shipping file for the carrier."""
    (folder / "shipping").mkdir(exist_ok=True)
    table = pd.DataFrame(parcels, columns=["出荷ID", "出荷予定日", *SHIP_COLUMNS, "品名"])
    table.to_csv(
        folder / "shipping" / f"tutorial-{now:%Y%m%d}.csv", index=False, encoding="cp932", errors="replace"
    )


def write_mails(folder: Path, mails: list[dict[str, Any]]) -> None:
    """Write every mail as a file."""
    (folder / "outbox").mkdir(exist_ok=True)
    for mail in mails:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "shop@example.com", mail["宛先"], mail["件名"]
        message.set_content(mail["本文"])
        (folder / "outbox" / f"{mail['メール番号']}.eml").write_bytes(message.as_bytes())


def save(path: Path, changed: Changed) -> None:
    """Load the workbook again, this time to write, and save it."""
    workbook = openpyxl.load_workbook(path)
    for title, edits in (("受注", changed.orders), ("受注明細", changed.lines)):
        sheet = workbook[title]
        columns = {cell.value: cell.column for cell in sheet[1]}
        for index, cells in edits:
            for header, value in cells.items():
                if (sheet.cell(index + 2, columns[header]).value or "") != value:
                    sheet.cell(index + 2, columns[header], value or None)
    for title, rows in (("出荷", changed.parcels), ("メール", changed.mails)):
        sheet = workbook[title]
        columns = {cell.value: cell.column for cell in sheet[1]}
        for row in rows:
            sheet.append({columns[header]: value for header, value in row.items()})
    workbook.save(path)


if __name__ == "__main__":
    run(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))
