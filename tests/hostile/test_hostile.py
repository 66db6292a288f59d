"""Every kind of broken file at every door: the real command turns it away politely and loses nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import kinds
import pytest
from commands import Commands
from declarations import SETTINGS, TEMPLATES
from faults import FAULTS, STRUCK
from kinds import assert_calm, assert_told, make_shop, state_of
from texts import TEXTS
from workbooks import WORKBOOKS, parts_of

LANGUAGES = ("en", "ja")
ODD_NAMES = (
    "two\nlines.csv", "\x1b[2Jclear.csv", "受注📦.csv", "-rf.csv", "=1+1.csv", "CON.csv", "up..%2f..%2f.csv",
    "\u202evsc.exe", "a" * 251 + ".csv", os.fsdecode(b"\xff\xfe.csv"), "$(reboot).csv", " .csv",
)  # fmt: skip


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    """Share one process that has loaded the command."""
    with Commands(tmp_path_factory.mktemp("commands")) as running:
        yield running


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a shop whose inbox holds every file that is refused, and one good one."""
    shop = make_shop(tmp_path_factory.mktemp("crowded") / "shop")
    for name in (*kinds.REFUSED, *kinds.HEAVY_IN_CI):
        (shop / "inbox" / f"{name}.csv").write_bytes(TEXTS[name]())
    (shop / "inbox" / "good.csv").write_text(kinds.GOOD_ORDER, encoding="utf-8")
    return shop


REFUSED = {**kinds.REFUSED, **{name: kinds.HEAVY[name] for name in kinds.HEAVY_IN_CI}}


def test_refused_files_are_told_and_stay_and_the_good_one_is_taken_in(
    crowded: Path, commands: Commands
) -> None:
    ran = commands.daicho("run", "--lang", "en", shop=crowded)
    assert_calm(ran, commands, 0)
    after = state_of(crowded)
    for name, (code, row) in REFUSED.items():
        assert_told(ran.err, "en", code, f"{name}.csv{row}")
        assert f"inbox/{name}.csv" in after
    assert "inbox/done/2026-11-24/good.csv" in after
    orders = commands.daicho("show", "orders", "--csv", shop=crowded).out.splitlines()
    assert [line.partition(",")[0] for line in orders[1:]] == ["G-1"]
    again = commands.daicho("run", "--lang", "en", shop=crowded)
    assert_calm(again, commands, 0)
    assert state_of(crowded) == after
    japanese = commands.daicho("run", "--dry-run", "--lang", "ja", shop=crowded)
    assert_calm(japanese, commands, 0)
    for name, (code, row) in REFUSED.items():
        for said, language in ((again.err, "en"), (japanese.err, "ja")):
            assert_told(said, language, code, f"{name}.csv{row}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_refused_files_are_refused_by_import_too(language: str, commands: Commands, tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "shop")
    before = state_of(shop)
    files = []
    for name in kinds.REFUSED:
        files.append(tmp_path / f"{name}.csv")
        files[-1].write_bytes(TEXTS[name]())
    ran = commands.daicho("import", "--lang", language, *map(str, files), shop=shop)
    assert_calm(ran, commands, 1)
    for name, (code, row) in kinds.REFUSED.items():
        assert_told(ran.err, language, code, f"{name}.csv{row}")
    assert state_of(shop) == before
    assert all(file.exists() for file in files)


@pytest.mark.parametrize("name", kinds.TAKEN)
def test_what_can_be_read_is_taken_in_once(name: str, commands: Commands, tmp_path: Path) -> None:
    orders, code = kinds.TAKEN[name]
    shop = make_shop(tmp_path / "shop")
    (shop / "inbox" / f"{name}.csv").write_bytes(TEXTS[name]())
    ran = commands.daicho("run", "--lang", "en", shop=shop)
    assert_calm(ran, commands, 0)
    assert code in ran.err
    shown = commands.daicho("show", "orders", "--json", shop=shop).out
    assert [order["order_id"] for order in kinds.document(shown)] == list(orders)
    after = state_of(shop)
    assert_calm(commands.daicho("run", "--lang", "en", shop=shop), commands, 0)
    assert state_of(shop) == after


def _hostile_ledger(name: str, folder: Path) -> Path:
    shop = make_shop(folder / "shop")
    (shop / "ledger.xlsx").write_bytes(WORKBOOKS[name]((shop / "ledger.xlsx").read_bytes()))
    (shop / "inbox" / "good.csv").write_text(kinds.GOOD_ORDER, encoding="utf-8")
    return shop


NO_LEDGERS = {
    **kinds.NO_LEDGERS,
    **{name: kinds.NO_LEDGERS_HEAVY[name] for name in kinds.HEAVY_LEDGERS_IN_CI},
}


@pytest.mark.parametrize(("number", "name"), list(enumerate(NO_LEDGERS)), ids=list(NO_LEDGERS))
def test_no_ledger_is_refused_and_stays_as_it_is(
    number: int, name: str, commands: Commands, tmp_path: Path
) -> None:
    shop = _hostile_ledger(name, tmp_path)
    before = state_of(shop)
    language = LANGUAGES[number % 2]
    ran = commands.daicho("run", "--lang", language, shop=shop)
    assert_calm(ran, commands, 2)
    assert_told(f"{ran.err}\n", language, NO_LEDGERS[name], "")
    assert state_of(shop) == before


@pytest.mark.parametrize("name", kinds.LEDGERS)
def test_odd_ledger_is_used_and_what_is_in_it_stays(name: str, commands: Commands, tmp_path: Path) -> None:
    shop = _hostile_ledger(name, tmp_path)
    before = parts_of((shop / "ledger.xlsx").read_bytes())
    ran = commands.daicho("run", "--lang", "en", shop=shop)
    assert_calm(ran, commands, 0)
    after = parts_of((shop / "ledger.xlsx").read_bytes())
    assert before.keys() - {"xl/calcChain.xml"} <= after.keys()
    own = (
        "xl/worksheets/",
        "xl/_rels/",
        "xl/tables/",
        "xl/workbook",
        "xl/styles",
        "docProps/",
        "_rels/",
        "[Content",
    )
    assert {part for part in before if not part.startswith(own) and before[part] != after.get(part)} <= {
        "xl/calcChain.xml"
    }
    shown = commands.daicho("show", "orders", "--json", shop=shop).out
    assert [order["order_id"] for order in kinds.document(shown)].count("G-1") == 1
    assert_calm(commands.daicho("run", "--lang", "en", shop=shop), commands, 0)
    again = state_of(shop)
    assert_calm(commands.daicho("run", "--lang", "en", shop=shop), commands, 0)
    assert state_of(shop) == again


@pytest.mark.parametrize(("number", "name"), list(enumerate(SETTINGS)), ids=list(SETTINGS))
def test_settings_are_refused_with_their_place(
    number: int, name: str, commands: Commands, tmp_path: Path
) -> None:
    shop = make_shop(tmp_path / "shop")
    content, code = SETTINGS[name]
    (shop / "shop.yaml").write_bytes(content)
    language = LANGUAGES[number % 2]
    ran = commands.daicho("run", "--lang", language, shop=shop)
    assert_calm(ran, commands, 2)
    assert_told(f"{ran.err}\n", language, code, "shop.yaml" if not code.startswith("workbook") else "")


@pytest.mark.parametrize(("number", "name"), list(enumerate(TEMPLATES)), ids=list(TEMPLATES))
def test_templates_are_refused_by_check(number: int, name: str, commands: Commands, tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "shop")
    content, code = TEMPLATES[name]
    (shop / "mail_templates" / "en").mkdir(parents=True)
    (shop / "mail_templates" / "en" / "thank_you.txt.j2").write_bytes(content)
    language = LANGUAGES[number % 2]
    ran = commands.daicho("check", "--lang", language, shop=shop)
    assert ran.code in (1, 2), ran
    assert_calm(ran, commands, ran.code)
    assert_told(f"{ran.out}\n{ran.err}\n", language, code, "mail_templates")


def test_odd_names_are_shown_harmless_and_their_orders_taken_in(commands: Commands, tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "shop")
    for number, name in enumerate(ODD_NAMES):
        (shop / "inbox" / name).write_text(
            kinds.GOOD_ORDER.replace("G-1", f"G-{number:02}"), encoding="utf-8"
        )
        (shop / "inbox" / f"x{name[:200]}").write_bytes(b"")
    ran = commands.daicho("run", "--lang", "en", shop=shop)
    assert_calm(ran, commands, 0)
    assert not {"\x1b", "\u202e"} & set(ran.out + ran.err)
    shown = commands.daicho("show", "orders", "--json", shop=shop).out
    assert sorted(order["order_id"] for order in kinds.document(shown)) == [
        f"G-{n:02}" for n in range(len(ODD_NAMES))
    ]
    for number in range(len(ODD_NAMES)):
        assert f"no-rows at x{ODD_NAMES[number][:5]}".split("\n")[0][:12] in ran.err
    after = state_of(shop)
    assert_calm(commands.daicho("run", "--lang", "en", shop=shop), commands, 0)
    assert state_of(shop) == after


def test_screens_write_out_what_acts_unseen(commands: Commands, tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "shop")
    hidden = "森\u202e 一郎\x1b[2J\u2066\u200b"
    order = (
        kinds.GOOD_ORDER.replace("森 一郎", hidden)
        .replace("数量,", "備考,数量,")
        .replace("K-001,", f"K-001,{hidden},")
    )
    (shop / "inbox" / "hidden.csv").write_text(order, encoding="utf-8")
    said = ""
    for command in (
        ("run", "--dry-run"), ("run",), ("show", "orders"), ("report",), ("why", "G-1"),
        ("mail", "preview", "order_confirmation", "--order", "G-1"), ("holds", "try", "total >= 0"),
    ):  # fmt: skip
        ran = commands.daicho(*command, "--lang", "en", shop=shop)
        said += ran.out + ran.err
    assert "\\u202e" in said
    assert not [char for char in said if char != "\n" and not char.isprintable()]


def _link(inbox: Path) -> None:
    (inbox.parent / "outside.csv").write_text(kinds.GOOD_ORDER.replace("G-1", "X-1"), encoding="utf-8")
    (inbox / "odd.csv").symlink_to(inbox.parent / "outside.csv")


def _endless(inbox: Path) -> None:
    (inbox / "odd.csv").symlink_to("/dev/zero")


def _nowhere(inbox: Path) -> None:
    (inbox / "odd.csv").symlink_to(inbox / "nothing")


def _circle(inbox: Path) -> None:
    (inbox / "odd.csv").symlink_to(inbox / "odd.csv")


def _pipe(inbox: Path) -> None:
    os.mkfifo(inbox / "odd.csv")


def _folder(inbox: Path) -> None:
    (inbox / "odd.csv").mkdir()
    (inbox / "odd.csv" / "orders.csv").write_text(kinds.GOOD_ORDER.replace("G-1", "X-1"), encoding="utf-8")


@pytest.mark.parametrize(
    ("put", "code"),
    [(_link, "file-link"), (_endless, "file-link"), (_nowhere, "file-link"), (_circle, "file-link"), (_pipe, ""), (_folder, "")],
)  # fmt: skip
def test_what_is_no_file_is_not_read(
    put: Callable[[Path], None], code: str, commands: Commands, tmp_path: Path
) -> None:
    shop = make_shop(tmp_path / "shop")
    put(shop / "inbox")
    (shop / "inbox" / "good.csv").write_text(kinds.GOOD_ORDER, encoding="utf-8")
    for language in LANGUAGES:
        ran = commands.daicho("run", "--lang", language, shop=shop)
        assert_calm(ran, commands, 0)
        if code:
            assert_told(ran.err, language, code, "odd.csv")
    shown = commands.daicho("show", "orders", "--json", shop=shop).out
    assert [order["order_id"] for order in kinds.document(shown)] == ["G-1"]
    assert os.path.lexists(shop / "inbox" / "odd.csv")


@pytest.mark.parametrize("fault", FAULTS)
def test_what_happens_to_a_file_while_it_is_read_is_told(
    fault: str, commands: Commands, tmp_path: Path
) -> None:
    shop = make_shop(tmp_path / "shop")
    struck = shop / "inbox" / STRUCK
    (shop / "inbox" / "good.csv").write_text(kinds.GOOD_ORDER, encoding="utf-8")
    for language in LANGUAGES:
        struck.write_text(kinds.GOOD_ORDER.replace("G-1", "X-1"), encoding="utf-8")
        ran = commands.daicho("run", "--lang", language, shop=shop, fault=fault)
        assert_calm(ran, commands, 0)
        code = "file-growing" if fault in ("grows", "shrinks") else "file-locked"
        assert_told(ran.err, language, code, STRUCK)
        assert os.path.lexists(struck) == (fault != "vanishes")
        shown = commands.daicho("show", "orders", "--json", shop=shop).out
        assert [order["order_id"] for order in kinds.document(shown)] == ["G-1"]
        if struck.is_dir():
            struck.rmdir()


@pytest.mark.parametrize("name", ["nothing.csv", ".", "/dev/zero", "a" * 300, "line\nbreak"])
def test_import_of_what_is_no_file_says_so(name: str, commands: Commands, tmp_path: Path) -> None:
    shop = make_shop(tmp_path / "shop")
    before = state_of(shop)
    for language in LANGUAGES:
        ran = commands.daicho("import", "--lang", language, name, shop=shop)
        assert_calm(ran, commands, 2)
        assert_told(f"{ran.err}\n", language, "file-missing", "")
    assert state_of(shop) == before
