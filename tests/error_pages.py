"""Makes docs/errors.md and docs/errors.ja.md, the error gallery for who runs a shop, from its examples."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from functools import cache

from gallery_cases import FOLDER, Example, read_examples

from automations.app.configuration import BUNDLED, load
from automations.core.schema import Schema
from automations.core.text import normal_header

# The rooms in the order of a working day, with their titles.
ROOMS = {
    "sheet_cells": ("Cells and rows of the workbook", "ブックのセルと行"),
    "order_files": ("Order files", "注文ファイル"),
    "orders_on_the_way": ("Holds and statuses", "要確認と状態"),
    "payments": ("Payments", "入金"),
    "stock": ("Stock", "在庫"),
    "shipping": ("Shipping", "出荷"),
    "tracking": ("Tracking numbers", "送り状番号"),
    "mails": ("Mails", "メール"),
    "commands": ("Commands", "コマンド"),
    "workbook": ("The workbook itself", "ブックそのもの"),
    "google": ("A ledger in a Google spreadsheet", "Googleスプレッドシートの台帳"),
    "set_up": ("shop.yaml, the settings tab and sheets_schema", "shop.yaml・設定タブ・sheets_schema"),
    "mail_settings": ("Mail templates and mails.yaml", "メールのテンプレートと mails.yaml"),
    "carrier_and_channel_files": ("Files for carriers and channels", "運送会社と受注元のファイル"),
}
_INTRO = {
    "en": """# What Daicho can say

Everything that can be wrong: above the smallest example of what causes it, below the text you would see. Each text
has the same form: its code, the place and what stands there; then why; then what to do (`Fix:`). Nothing is ever lost: a row that is
wrong waits until it is mended, and everything else goes on. [日本語](errors.ja.md)
""",
    "ja": """# Daichoのメッセージ一覧

起こりうる問題のすべてです。上が問題になる入力のいちばん小さな例、下が実際に表示される文です。どの文も同じ形で、1行目は名前と場所と
入力されている内容、2行目は理由、3行目(→)は直し方です。データがなくなることはありません。問題のある行だけが、直されるまで待ちます。
[English](errors.md)
""",
}
_LINES, _WIDTH = 8, 110


def error_page(language: str) -> str:
    """Return the page of one language."""
    out = [_INTRO[language]]
    titles = {room: titles[language == "ja"] for room, titles in ROOMS.items()}
    out += [f"- [{title}](#{room.replace('_', '-')})" for room, title in titles.items()]
    for room, title in titles.items():
        out += ["", f'<a id="{room.replace("_", "-")}"></a>', "", f"## {title}"]
        for example in read_examples(FOLDER / f"{room}.case"):
            out += ["", *_entry(example, language)]
    return "\n".join(out) + "\n"


@cache
def meanings(language: str) -> dict[str, str]:
    """Return what each code means, in the words of its first example."""
    found: dict[str, str] = {}
    for room in ROOMS:
        for example in read_examples(FOLDER / f"{room}.case"):
            found.setdefault(example.code, example.options[language])
    return found


def _entry(example: Example, language: str) -> Iterator[str]:
    full_stop = "。" if language == "ja" else "."
    yield f"### `{example.code}`"
    yield ""
    yield f"{example.options[language]}{full_stop}"
    yield from ("", "```text")
    for lines in _causes(example, language):
        yield from (*lines, "")
    yield from (*map(_cut, example.shown.get(language, "").split("\n")), "```")


def _causes(example: Example, language: str) -> Iterator[list[str]]:
    """Yield what the reader would type or receive: commands, the tab it is about, files."""
    command = example.options.get("command", "")
    if command and command != "run":
        yield [f"daicho {command}"]
    tabs = [
        name for name in example.sections if name.endswith(".csv") and "/" not in name and "= " not in name
    ]
    schema = _schema()
    about = [
        name
        for name in tabs
        if schema[name.removesuffix(".csv")].label.text(language)
        in example.shown.get(language, "").split("\n")[0]
    ]
    files = [name for name in example.sections if name not in tabs]
    for name in about or ([] if files else tabs):
        yield _tab(name.removesuffix(".csv"), example.sections[name], language)
    for name in files:
        lines = example.sections[name].strip("\n").split("\n")
        yield [
            f"{name.removeprefix('= ').removeprefix('incoming/')}:",
            *_few([f"  {line}" for line in lines]),
        ]


def _tab(tab: str, body: str, language: str) -> list[str]:
    declared = _schema()[tab]
    header, *rows = csv.reader(io.StringIO(body))
    columns = [declared.columns.get(declared.by_header.get(normal_header(name), "")) for name in header]
    labels = [
        column.label.text(language) if column else name for name, column in zip(header, columns, strict=True)
    ]
    lines = [" | ".join(labels), *(" | ".join(row) for row in rows)]
    return [f"{declared.label.text(language)}:", *_few([f"  {line}" for line in lines])]


def _few(lines: list[str]) -> list[str]:
    shown = [_cut(line.rstrip()) for line in lines[:_LINES]]
    return [*shown, "  …"] if len(lines) > _LINES else shown


def _cut(line: str) -> str:
    return line if len(line) <= _WIDTH * 3 else f"{line[: _WIDTH * 3]}…"


@cache
def _schema() -> Schema:
    return load(BUNDLED / "sheets_schema").schema
