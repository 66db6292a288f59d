"""A shop's own tab file: what it may change, and what the program needs as it is bundled."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from automations.app.configuration import BUNDLED
from automations.app.runner import open_shop
from automations.core.errors import SetupError


def _own(folder: Path, tab: str, pattern: str, new: str) -> Path:
    bundled = (BUNDLED / "sheets_schema" / "tabs" / f"{tab}.yaml").read_text(encoding="utf-8")
    text, count = re.subn(pattern, new, bundled, count=1, flags=re.MULTILINE)
    assert count == 1, "the bundled file reads differently now"
    path = folder / "sheets_schema" / "tabs" / f"{tab}.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    (folder / "shop.yaml").write_text("shop: {name: 茶}\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("tab", "pattern", "new", "where", "why"),
    [
        pytest.param("journal", r"^  entries:.*\n", "", "", "The program needs the column 'entries', and it is not declared.", id="a column of the journal"),
        pytest.param("mails", r"^  file:.*\n", "", "", "The program needs the column 'file', and it is not declared.", id="a column couriers fill"),
        pytest.param("orders", r"^key: .*", "key:", "", "The program needs 'key: [order_id]' here.", id="no key"),
        pytest.param("orders", r"^key: .*", "key: [order_id, channel]", "", "The program needs 'key: [order_id]' here.", id="another key"),
        pytest.param("orders", r"^sealed: true", "sealed: false", "", "The program needs 'sealed: true' here.", id="no seals"),
        pytest.param("orders", r"(^  total: .*?)type: money", r"\1type: text", ": total", "The program needs 'type: money' here.", id="money as text"),
        pytest.param("orders", r"(^  status: .*?)owner: shared", r"\1owner: human", ": status", "The program needs 'owner: shared' here.", id="owner"),
        pytest.param("orders", r"(^  status: .*?), twin: status_set", r"\1", ": status", "The program needs 'twin: status_set' here.", id="twin"),
        pytest.param("orders", r"choices_from: statuses", "choices_from: payments", ": status", "The program needs 'choices_from: statuses' here.", id="values of another list"),
        pytest.param("holds", r"open: (\{label: \{[^}]*\}[^}]*\})", r"opened: \1", ": state", "The automations need these values here: open.", id="a value"),
    ],
)  # fmt: skip
def test_what_the_program_needs_is_told(
    tmp_path: Path, tab: str, pattern: str, new: str, where: str, why: str
) -> None:
    with pytest.raises(SetupError) as refused:
        open_shop(_own(tmp_path, tab, pattern, new))
    told = [(problem.where, str(problem.why)) for problem in refused.value.problems]
    assert (f"sheets_schema/tabs/{tab}.yaml{where}", why) in told


@pytest.mark.parametrize(
    ("tab", "pattern", "new"),
    [
        pytest.param(
            "orders", r"^  memo: .*", "  memo: {label: {ja: 連絡帳, en: Log}, width: 40}", id="label"
        ),
        pytest.param(
            "orders",
            r"^checks:",
            "  staff_name: {label: {ja: 担当, en: Staff}}\nchecks:",
            id="further column",
        ),
        pytest.param("products", r"(^  sku: .*?)type: code", r"\1type: text", id="another kind of text"),
    ],
)
def test_the_shop_chooses_the_rest(tmp_path: Path, tab: str, pattern: str, new: str) -> None:
    assert tab in open_shop(_own(tmp_path, tab, pattern, new)).configuration.schema
