"""The command line: what each command prints where, and with which exit code it ends."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest

from automations import post_sales
from automations.app import cli, options
from automations.app.demo.scenes import SCENES
from automations.app.demo.tour import make_shop, play
from automations.app.shops import init_shop
from automations.core.ledger import Ledger
from automations.core.plan import Plan

ROOT = Path(__file__).parent.parent
ORDERS = "受注番号,注文者名,支払方法,商品コード,数量,単価\nA-1,森 一郎,{method},K-001,1,1080\n"
FINDING = {"code", "tab", "row", "key", "column", "value", "why", "fix"}


class Said(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


Daicho = Callable[..., Said]


@pytest.fixture
def daicho(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Daicho:
    """Run the command line in this process, in English, from an empty folder."""
    monkeypatch.setattr(cli, "LANGUAGE", "en")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("DAICHO_NOW", "2026-11-24T10:00")
    monkeypatch.setenv("LANGUAGE", "en")
    for name in ("DAICHO_SHOP", "DAICHO_LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["daicho", *arguments])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return Said(int(ended.value.code or 0), said.out, said.err)

    return run


@pytest.fixture(scope="module")
def new_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an English shop without orders, to be copied."""
    folder = tmp_path_factory.mktemp("new") / "my-shop"
    products = [
        {"sku": "K-001", "name": "煎茶", "price": 1080, "tax_rate": 8, "weight_g": 120, "size_cm": 40}
    ]
    init_shop(folder, language="en", rows={"products": products})
    return folder


@pytest.fixture
def shop(new_shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a new shop of one's own and name it by DAICHO_SHOP."""
    folder = Path(shutil.copytree(new_shop, tmp_path / "my-shop"))
    monkeypatch.setenv("DAICHO_SHOP", str(folder))
    return folder


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the demo shop as it stands after its first morning; only read here."""
    shop = make_shop(tmp_path_factory.mktemp("demo"), "en")
    for number, scene in enumerate(SCENES[:2], 1):
        list(play(shop, scene, number, "en"))
    return shop.configuration.folder


def _commands(group: click.Group, *above: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, *above, name)
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield (*above, name), command


COMMANDS = dict(_commands(cli.cli))
# Examples that make a folder, need files that arrived, or a browser with an account.
NEED_MORE = {("init",), ("demo",), ("import",), ("google", "login")}


def _document(said: Said) -> Any:  # noqa: ANN401 - JSON
    return json.loads(said.out)


def _put(shop: Path, method: str = "代引", name: str = "orders.csv") -> Path:
    path = shop / "inbox" / name
    path.write_text(ORDERS.format(method=method), encoding="utf-8")
    return path


@pytest.mark.parametrize("names", COMMANDS, ids=" ".join)
def test_help_is_one_line_and_one_example(names: tuple[str, ...], daicho: Daicho) -> None:
    said = daicho(*names, "--help")
    summary, example = str(COMMANDS[names].help).split("\n\n")
    assert said.code == 0
    assert summary in " ".join(said.out.split())
    assert "\n" not in summary.strip()
    assert re.search(rf"daicho {' '.join(names)}\b", example)
    assert example in said.out


@pytest.mark.parametrize("names", [names for names in COMMANDS if names not in NEED_MORE], ids=" ".join)
def test_example_works_on_the_demo_shop(
    names: tuple[str, ...], daicho: Daicho, demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(demo)
    (example,) = re.findall(r"daicho (.+)", str(COMMANDS[names].help))
    said = daicho(*shlex.split(example))
    assert said.code == (1 if names == ("check",) else 0), said.err
    assert said.out.strip()


def test_start_without_arguments_shows_how_to_start(daicho: Daicho) -> None:
    said = daicho()
    assert said.code == 2
    assert "daicho demo" in said.out + said.err


def test_new_shop_is_made_and_is_in_order(daicho: Daicho, tmp_path: Path) -> None:
    assert daicho("init", "my-shop", "--lang", "en").code == 0
    assert {path.name for path in (tmp_path / "my-shop").iterdir()} == {"shop.yaml", "ledger.xlsx", "inbox"}
    assert daicho("check", "--shop", "my-shop") == (0, "Nothing is wrong.\n", "")
    again = daicho("init", "my-shop", "--lang", "en")
    assert (again.code, again.out) == (2, "")
    assert again.err.startswith("folder-taken at my-shop\n  This folder already holds shop.yaml")


def test_run_json_has_the_documented_keys(daicho: Daicho, shop: Path) -> None:
    _put(shop)
    for arguments in (("--dry-run",), ()):
        said = daicho("run", "--json", *arguments)
        made = _document(said)
        assert said.code == 0
        assert list(made) == ["run", "changes", "findings", "mails", "files"]
        assert {frozenset(change) for change in made["changes"]} == {
            frozenset({"tab", "key", "column", "before", "after"})
        }
        assert {frozenset(finding) for finding in made["findings"]} == {frozenset(FINDING)}
        assert re.fullmatch(r"20261124-100000-[0-9a-f]{4}", made["run"])
    assert {"tab": "orders", "key": "A-1", "column": "channel", "before": None, "after": "daicho"} in made[
        "changes"
    ]


def test_run_json_tells_mails_and_files(daicho: Daicho, demo: Path) -> None:
    made = _document(daicho("run", "--json", "--dry-run", "--shop", str(demo), "--now", "2026-12-09T09:00"))
    assert made["mails"]
    assert {frozenset(mail) for mail in made["mails"]} == {
        frozenset({"key", "order", "template", "to", "state"})
    }
    assert {mail["state"] for mail in made["mails"]} == {"queued", "awaiting"}
    assert all(isinstance(file, str) for file in made["files"])


def test_import_json_has_the_documented_keys(daicho: Daicho, shop: Path) -> None:
    path = _put(shop)
    made = _document(daicho("import", str(path), "--json"))
    assert list(made) == ["files"]
    (file,) = made["files"]
    assert list(file) == [
        "file",
        "channel",
        "orders_new",
        "orders_same",
        "orders_changed",
        "lines",
        "findings",
    ]
    assert (file["file"], file["orders_new"], file["lines"]) == ("orders.csv", 1, 1)
    again = shop / "again.csv"
    again.write_text(ORDERS.format(method="代引"), encoding="utf-8")
    (file,) = _document(daicho("import", str(again), "--json"))["files"]
    assert (file["orders_new"], file["orders_same"], file["orders_changed"]) == (0, 1, 0)


def test_check_json_has_the_form_of_findings(daicho: Daicho, shop: Path) -> None:
    _put(shop, method="貝")
    daicho("run")
    said = daicho("check", "--json")
    assert said.code == 1
    assert list(_document(said)) == ["findings"]
    assert {frozenset(finding) for finding in _document(said)["findings"]} == {frozenset(FINDING)}


def test_show_prints_ids_as_json_and_safe_csv(daicho: Daicho, shop: Path) -> None:
    rows = (
        "受注番号,注文者名,備考,支払方法,合計,商品コード,数量,単価\n"
        "1,=cmd(),+81,代引,1080,K-001,1,1080\n2,＠SUM(A1),-1,代引,-500,K-001,1,1080\n"
    )
    (shop / "inbox" / "orders.csv").write_text(rows, encoding="utf-8")
    daicho("run", "import_orders")
    (first, second) = json.loads(daicho("show", "orders", "--json").out)
    assert (first["order_id"], first["buyer_name"], first["payment_method"], first["total"]) == (
        "1",
        "=cmd()",
        "cod",
        1080,
    )
    assert first["arrived_on"] is None
    said = daicho("show", "受注", "--csv")
    table = list(csv.DictReader(io.StringIO(said.out)))
    assert said.code == 0
    assert list(table[0]) == list(first) == list(second)
    assert [(row["buyer_name"], row["remark"], row["total"]) for row in table] == [
        ("'=cmd()", "'+81", "1080"),
        ("'＠SUM(A1)", "'-1", "-500"),
    ]


def test_results_go_to_stdout_and_findings_to_stderr(daicho: Daicho, shop: Path) -> None:
    _put(shop, method="貝")
    said = daicho("run")
    assert said.code == 0
    assert "orders taken in: 1" in said.out
    assert "Fix:" in said.err
    assert "Fix:" not in said.out
    told = daicho("check")
    assert (told.code, told.err) == (1, "")
    assert "Fix:" in told.out


def test_options_come_from_the_environment(
    daicho: Daicho, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _put(shop)
    monkeypatch.setenv("DAICHO_NOW", "2026-12-24")
    monkeypatch.setenv("DAICHO_LANG", "ja")
    assert "受注 1" in daicho("run").out
    assert (shop / "inbox" / "done" / "2026-12-24" / "orders.csv").is_file()
    assert "20261225-090000" in daicho("run", "--json", "--now", "2026-12-25").out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(("run", "allocate-stok"), "Did you mean 'allocate_stock'?", id="automation misspelt"),
        pytest.param(("run", "--now", "tomorrow"), "2026-11-24T10:00", id="moment in words"),
        pytest.param(("run", "--shop", "nowhere"), "shop-missing", id="no shop"),
        pytest.param(("why", "999"), "unknown-order", id="no such order"),
        pytest.param(("export", "yamato-1"), "unknown-batch", id="no such batch"),
        pytest.param(("import", "nothing.csv"), "file-missing", id="no such file"),
        pytest.param(("show", "ordres"), "Did you mean 'orders'?", id="tab misspelt"),
        pytest.param(("show", "orders", "--where", "staus=on_hold"), "Did you mean 'status'?", id="column misspelt"),
        pytest.param(("show", "orders", "--where", "status"), "status=on_hold", id="no condition"),
        pytest.param(("show", "orders", "--where", "status=shiped"), "Use one of: received", id="unknown value"),
        pytest.param(("mail", "preview", "shippd", "--order", "1"), "Did you mean 'shipped'?", id="mail misspelt"),
        pytest.param(("mail", "preview", "shipped", "--order", "1"), "unknown-order", id="mail of no order"),
        pytest.param(("doctor", "--shop", "nowhere"), "shop-missing", id="doctor without a shop"),
        pytest.param(("fly",), "fly", id="no such command"),
    ],
)  # fmt: skip
def test_wrong_command_ends_with_2_and_says_what_to_do(
    arguments: tuple[str, ...], told: str, daicho: Daicho, shop: Path
) -> None:
    before = (shop / "ledger.xlsx").read_bytes()
    said = daicho(*arguments)
    assert said.code == 2
    assert told in said.out + said.err
    assert (shop / "ledger.xlsx").read_bytes() == before


def test_preview_names_what_is_not_filled_in(daicho: Daicho, shop: Path) -> None:
    _put(shop)
    daicho("run")
    said = daicho("mail", "preview", "shipped", "--order", "A-1")
    assert said.code == 2
    assert "shop.name in the template shipped.txt.j2 cannot be filled in." in said.err


def test_signing_in_at_google_asks_for_the_client_file(daicho: Daicho, shop: Path) -> None:
    assert shop.is_dir()
    said = daicho("google", "login")
    assert said.code == 2
    assert "credentials: client.json" in said.err


def test_nothing_to_do_is_not_all_well_while_something_is_wrong(daicho: Daicho, shop: Path) -> None:
    assert "everything stands as it should" in (daicho("run"), daicho("run"))[1].out
    (shop / "inbox" / "empty.csv").write_bytes(b"")
    said = daicho("run")
    assert "no-rows" in said.err
    assert said.out.splitlines()[0] == "Nothing to do."


def test_wrong_set_up_ends_with_2_and_tells_every_problem(daicho: Daicho, shop: Path) -> None:
    path = shop / "shop.yaml"
    path.write_text(
        path.read_text("utf-8").replace("currency: JPY", "curency: JPY\npost_sales: {x: 1}"), encoding="utf-8"
    )
    said = daicho("run")
    assert (said.code, said.out) == (2, "")
    assert said.err.count("Fix: ") == 2
    assert "Did you mean 'currency'?" in said.err


def test_refused_file_ends_with_1_and_the_others_are_taken_in(daicho: Daicho, shop: Path) -> None:
    good = _put(shop)
    bad = shop / "sales.csv"
    bad.write_text("日付,売上\n2026-11-24,1080\n", encoding="utf-8")
    said = daicho("import", str(good), str(bad))
    assert said.code == 1
    assert "orders.csv (CSV): orders new 1" in said.out or "orders new 1" in said.out
    assert "unknown-layout at sales.csv" in said.err


def test_world_that_fails_ends_with_3(daicho: Daicho, shop: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert daicho("init", "file/my-shop", "--lang", "en").code == 3
    (shop / "ledger.xlsx").unlink()
    (shop / "ledger.xlsx").mkdir()
    assert daicho("run").code == 3


def test_bug_of_ours_ends_with_4_one_calm_line_and_a_file_without_names(
    daicho: Daicho, shop: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(ledger: Ledger, _settings: post_sales.Settings) -> Plan:
        raise LookupError(ledger["orders"].rows[0].text("buyer_name"))

    _put(shop)
    before = (shop / "ledger.xlsx").read_bytes()
    with monkeypatch.context() as bug:
        bug.setattr(post_sales, "plan", broken)
        said = daicho("run")
    assert (said.code, said.out) == (4, "")
    assert said.err.count("\n") == 1
    (log,) = tmp_path.glob("daicho-bug-*.log")
    text = log.read_text("utf-8")
    assert "LookupError" in text
    assert "森" not in text
    assert (shop / "ledger.xlsx").read_bytes() == before
    assert daicho("run").code == 0


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        pytest.param(["run", "--lang", "ja"], {}, "ja", id="option"),
        pytest.param(["run", "--lang=en"], {"DAICHO_LANG": "ja"}, "en", id="option before the environment"),
        pytest.param(["run"], {"DAICHO_LANG": "ja", "LANG": "en_GB.UTF-8"}, "ja", id="its own variable"),
        pytest.param(["run"], {"LANG": "ja_JP.UTF-8"}, "ja", id="the system's language"),
        pytest.param(["run"], {"LC_ALL": "C", "LANG": "ja_JP.UTF-8"}, "en", id="the stronger variable"),
        pytest.param(["run", "--lang", "fr"], {}, "en", id="another language"),
    ],
)
def test_language_of_help_is_found_before_a_shop_is_known(
    arguments: list[str], environment: dict[str, str], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DAICHO_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert options.interface_language(arguments) == language


def test_a_refusal_is_said_in_the_language_of_the_shop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DAICHO_LANG", raising=False)
    monkeypatch.setenv("LC_ALL", "C")
    (tmp_path / "shop.yaml").write_text("# settings\nlanguage: ja\n", encoding="utf-8")
    assert options.interface_language(["why", "1001", "--shop", str(tmp_path)]) == "ja"
    assert options.interface_language(["why", "1001", "--shop", str(tmp_path), "--lang", "en"]) == "en"


def test_whole_program_speaks_japanese_on_a_narrow_terminal(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from automations.app.cli import main; main()"]
    environment = {**os.environ, "DAICHO_LANG": "ja", "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)}
    shown = subprocess.run(
        [*command, "run", "--help"], cwd=tmp_path, env=environment, capture_output=True, check=True
    )
    assert "下見" in shown.stdout.decode() or "実行" in shown.stdout.decode()
    failed = subprocess.run(
        [*command, "check"], cwd=tmp_path, env=environment, capture_output=True, check=False
    )
    assert failed.returncode == 2
    assert failed.stderr.decode().startswith("shop-missing")
    assert "このフォルダ" in failed.stderr.decode()


def test_version_is_told_installed_or_not(daicho: Daicho) -> None:
    said = daicho("--version")
    assert (said.code, said.err) == (0, "")
    assert re.fullmatch(r"daicho \S.*\n", said.out)
