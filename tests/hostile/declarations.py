"""Broken and hostile settings, declarations and mail templates of a shop."""

from __future__ import annotations

from collections.abc import Mapping

_GOOD = "language: en\nledger: ledger.xlsx\nshop: {name: Tea}\n"


def _laughs() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    return "\n".join(lines)


def _written(text: str) -> bytes:
    return text.encode()


# Of shop.yaml: what it holds, and the code it is refused with.
SETTINGS: Mapping[str, tuple[bytes, str]] = {
    "empty": (b"", "not-a-mapping"),
    "zeros": (bytes(100), "yaml-wrong"),
    "utf16": (_GOOD.encode("utf-16"), "file-unreadable"),
    "cp932": ("shop: {name: 茶屋}\n".encode("cp932"), "file-unreadable"),
    "billion_laughs": (_written(f"{_laughs()}\ntimezone: *a9\n"), "yaml-wrong"),
    "points_to_itself": (b"shop: &x {name: *x}\n", "yaml-wrong"),
    "brackets_in_brackets": (b"shop: " + b"[" * 100_000, "yaml-wrong"),
    "braces_in_braces": (b"{a: " * 100_000, "yaml-wrong"),
    "lists_in_lists": (b"- " * 100_000, "yaml-wrong"),
    "steps_to_the_right": (b"".join(b" " * n + b"- \n" for n in range(1_300)), "yaml-wrong"),
    "program": (b'shop: !!python/object/apply:os.system ["exit 1"]\n', "yaml-wrong"),
    "word_as_number": (b'shop: !!int "x"\n', "yaml-wrong"),
    "number_of_100000_digits": (_written(_GOOD + "queue_mails: {delay_minutes: " + "9" * 100_000 + "}\n"), "yaml-wrong"),
    "two_documents": (_written(f"{_GOOD}---\na: 1\n"), "yaml-wrong"),
    "key_twice": (_written(f"{_GOOD}language: ja\n"), "yaml-wrong"),
    "tab_as_indent": (b"shop:\n\tname: x\n", "yaml-wrong"),
    "a_list": (b"- a\n", "not-a-mapping"),
    "of_100_mb": (_GOOD.encode() + b"# " + b"x" * 100_000_000, "file-too-large"),
    "ledger_elsewhere": (_written(_GOOD.replace("ledger.xlsx", "../../../../../../etc/passwd")), "workbook-not-xlsx"),
    "ledger_endless": (_written(_GOOD.replace("ledger.xlsx", "/dev/zero")), "workbook-not-xlsx"),
}  # fmt: skip

# Of mail_templates/en/thank_you.txt.j2: refused by ``daicho check`` with this code.
TEMPLATES: Mapping[str, tuple[bytes, str]] = {
    "open_braces": (b"Subject: x\n\n{{ order.total\n", "template-broken"),
    "reaches_for_python": (b"Subject: x\n\n{{ order.__class__.__mro__ }}\n", "template-"),
    "endless": (b"Subject: x\n\n{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}\n", "template-"),
    "includes_a_file": (b"Subject: x\n\n{% include '/etc/passwd' %}\n", "template-"),
    "utf16": ("Subject: x\n\ny\n".encode("utf-16"), "template-"),
    "zeros": (bytes(100), "template-"),
}  # fmt: skip
