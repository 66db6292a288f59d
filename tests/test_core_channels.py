"""What is said about a channel declaration that could never work."""

from dataclasses import fields

import pytest
from stories import SHOP

from automations.app import configuration as conf
from automations.app.yaml_files import read_yaml_text
from automations.core.declare import Problems, read_all
from automations.core.orders.channel_checks import check_channels
from automations.core.orders.channels import Channel, Condition, Difference, Notice, RowKinds, Source


@pytest.fixture(scope="module")
def shop() -> conf.Configuration:
    return conf.load(SHOP, "en")


def codes(shop: conf.Configuration, written: str) -> list[str]:
    problems = Problems()
    text = "label: {ja: 店, en: Shop}\n" + written
    made = read_all(Channel, {"own": read_yaml_text(text)}, "sheets_schema/channels", problems)
    check_channels(made, shop.schema, problems)
    return [problem.code for problem in problems.found]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param("{}", [], id="a channel without files needs a name only"),
        pytest.param("recognise: [No]\nnumber: No\norders: {total: Sum}", [], id="plain header"),
        pytest.param("recognise: [No]", ["layout-incomplete"], id="no order number"),
        pytest.param(
            "recognise: [No]\nnumber: No\norders: {totall: Sum}", ["unknown-column"], id="misspelt column"
        ),
        pytest.param(
            "recognise: [No]\nnumber: No\norders: {next_step: A}",
            ["unknown-column"],
            id="the program's column",
        ),
        pytest.param("recognise: [No]\nnumber: No\norders: {total: {}}", ["source-unclear"], id="no source"),
        pytest.param(
            "recognise: [No]\nnumber: No\norders: {total: {column: A, constant: '1'}}",
            ["source-unclear"],
            id="two sources",
        ),
        pytest.param(
            "recognise: [No]\nnumber: No\norders: {remark: {column: A, pattern: '[('}}",
            ["pattern-wrong"],
            id="pattern",
        ),
        pytest.param(
            "recognise: [No]\nnumber: No\norders: {payment_state: {column: A, map: {x: payed}}}",
            ["unknown-name"],
            id="a value the ledger does not know",
        ),
        pytest.param(
            "recognise: [No]\nnumber: No\nskip: [{column: A, why: {ja: 途中, en: unfinished}}]",
            ["condition-unclear"],
            id="condition without a question",
        ),
        pytest.param(
            "recognise: [No]\nnumber: No\nrow_kinds: {column: K, price: P, sums: {postage: ['2']}}",
            ["unknown-column"],
            id="sum into an unknown amount",
        ),
        pytest.param(
            "recognise: [No]\nnumber: No\norders: {remark: {sum_of: [A, B]}}",
            ["unknown-column"],
            id="sum that is no amount",
        ),
        pytest.param(
            "recognise: [No]\nnumber: No\norders: {remark: {either: [A, {column: B, constant: C}]}}",
            ["source-unclear"],
            id="one of several sources is unclear",
        ),
        pytest.param(
            "recognise: [No]\nnumber: No\nalso_named: {Nr: [Number]}",
            ["unknown-column"],
            id="other name of a header nothing looks at",
        ),
        pytest.param(
            "recognise: [No]\nnumber: No\norders: "
            "{remark: {cases: [{value: x, column: A, filled: true, unless: {column: B}}]}}",
            ["condition-unclear"],
            id="exception without a question",
        ),
        pytest.param("recognise: [No]\nnumbr: No\nnumber: No", ["unknown-key"], id="misspelt key"),
    ],
)
def test_declaration_is_checked(shop: conf.Configuration, written: str, expected: list[str]) -> None:
    assert codes(shop, "" if written == "{}" else written) == expected


def test_every_word_of_a_layout_stands_in_its_readme() -> None:
    readme = (SHOP.parents[1] / "sheets_schema" / "channels" / "README.md").read_text(encoding="utf-8")
    words = {
        part.name
        for kind in (Channel, Source, Condition, Notice, RowKinds, Difference)
        for part in fields(kind)
    }

    assert [word for word in sorted(words - EVERYWHERE) if f"{word}:" not in readme] == []


# The name of the file, and what every declaration begins with.
EVERYWHERE = {"id", "label"}
