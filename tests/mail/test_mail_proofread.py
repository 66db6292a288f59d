"""What a careful reader would say of a mail before it goes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from automations.core.mails.kinds import MailKind
from automations.core.messages import Label
from automations.mail.proofread import proofread

SHIPPED = MailKind("shipped", Label("出荷完了", "Shipped"), "shipped", mail_class="transactional")
TRACKING = "https://track.example.com/?n="
FINE = "北村 悦子 様\n\n商品を発送しました。\nhttps://track.example.com/?n=123\n"


def codes(subject: str = "出荷のお知らせ", text: str = FINE, *, advertising: bool = False) -> list[str]:
    mail = replace(SHIPPED, mail_class="advertising") if advertising else SHIPPED
    return [remark.code for remark in proofread(mail, subject, text, frozenset({TRACKING}))]


def test_good_mail_passes() -> None:
    assert codes() == []
    assert codes("Your order 1001 is on its way") == []


@pytest.mark.parametrize("sign", ["①", "㈱", "髙", "🎁", "Ⅲ", "♥", "\u200b", "\x07"])
def test_sign_of_the_subject_that_not_everybody_sees(sign: str) -> None:
    assert codes(f"{sign}出荷のお知らせ") == ["mail-subject-signs"]


@pytest.mark.parametrize("sign", ["〜", "～", "－", "-", "【】", "々", "Ａ"])
def test_ordinary_signs_of_a_subject_are_fine(sign: str) -> None:
    assert codes(f"出荷{sign}") == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("北村 悦子 様 様\n", "mail-title"),
        ("みどり商会 御中 様\n", "mail-title"),
        ("  様\n\nお世話に\n", "mail-title"),
        ("{{ addresse }} 様\n", "mail-placeholder"),
        ("○○様、商品は\n", "mail-placeholder"),
        ("None\n", "mail-placeholder"),
        ("こちらからご確認ください" + TRACKING + "1" * 40 + "\n", "mail-line-long"),
        ("次回使えるクーポンをお付けします。\n", "mail-sells"),
        ("10% off your next order\n", "mail-sells"),
        ("https://shop.example.org/new\n", "mail-link"),
    ],
)
def test_slip_is_seen(text: str, code: str) -> None:
    assert codes(text=text) == [code]


def test_long_subject_is_cut_off_by_telephones() -> None:
    assert codes("出荷のお知らせ" * 6) == ["mail-subject-long"]


def test_advertising_may_sell() -> None:
    assert codes(text="クーポン https://shop.example.org/sale\n", advertising=True) == []
