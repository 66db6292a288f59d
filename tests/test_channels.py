"""Order files of each channel: the file and what it must become stand side by side in tests/channels."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stories import SHOP

from automations.app import configuration as conf
from automations.core.incoming import IncomingFile, IncomingOrder
from automations.core.plan import Finding
from automations.files.orders import read_order_file

FOLDER = Path(__file__).parent / "channels"
FILES = sorted(path for path in FOLDER.iterdir() if path.suffix in (".csv", ".tsv"))


@pytest.fixture(scope="module")
def shop() -> conf.Configuration:
    return conf.load(SHOP, "en")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_file_becomes_orders(path: Path, shop: conf.Configuration, request: pytest.FixtureRequest) -> None:
    told = "".join(
        f"{line}\n"
        for line in described(
            *read_order_file(
                path.name,
                path.read_bytes(),
                shop.channels,
                shop.schema,
                shop.payments,
                zone=shop.zone,
                currency=shop.currency,
            )
        )
    )
    expected = path.with_suffix(".expected")
    if request.config.getoption("--update-cases"):
        expected.write_text(told, encoding="utf-8")
    assert told == expected.read_text(encoding="utf-8")


def described(file: IncomingFile, orders: tuple[IncomingOrder, ...]) -> list[str]:
    lines = [f"file {file.name}: {file.source or 'refused'}, {file.lines} rows"]
    lines += [said(finding) for finding in file.findings]
    for order in orders:
        lines += ["", f"order {order.number} of {order.channel}, row {order.row}"]
        lines += [f"  {column}: {value!s}" for column, value in order.order.items()]
        lines += [
            "  - " + "; ".join(f"{column} {value}" for column, value in line.items()) for line in order.lines
        ]
        lines += ["  " + said(finding) for finding in order.findings]
    return lines


def said(finding: Finding) -> str:
    place = f"{finding.tab or 'file'} {finding.key} {finding.column}".strip()
    return f'{finding.level} {finding.code} at {place}, row {finding.row}: "{finding.value}" {finding.why}'


@settings(max_examples=60, deadline=None)
@given(
    path=st.sampled_from(FILES),
    place=st.floats(0, 1),
    lost=st.integers(0, 40),
    junk=st.one_of(
        st.binary(max_size=6), st.sampled_from([b'"', b"\n", b",,", b"9999-12-31 23:59 -0500", b"1e99"])
    ),
)
def test_a_damaged_file_never_stops_the_run(
    shop: conf.Configuration, path: Path, place: float, lost: int, junk: bytes
) -> None:
    whole = path.read_bytes()
    at = int(place * len(whole))

    file, orders = read_order_file(
        path.name,
        whole[:at] + junk + whole[at + lost :],
        shop.channels,
        shop.schema,
        shop.payments,
        zone=shop.zone,
        currency=shop.currency,
    )

    assert file.findings or orders
