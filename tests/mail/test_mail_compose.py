"""What a template may and may not do, and what happens with odd cells."""

from dataclasses import replace
from pathlib import Path

import pytest
from letters import Desk, one_order, without_payment

from automations.core.declare import Problems
from automations.core.mails.kinds import MailClass, MailKind
from automations.core.mails.occasions import CannotCompose, Composed
from automations.core.messages import Label
from automations.mail.checks import check_templates
from automations.mail.compose import Composer
from automations.mail.footer import FOOTER


def composed(folder: Path, template: str, desk: Desk, mail: str = "thank_you") -> Composed | CannotCompose:
    own = folder / "ja"
    own.mkdir(exist_ok=True)
    (own / f"{mail}.txt.j2").write_text(template, encoding="utf-8")
    folders = (folder, *desk.configuration.template_folders)
    return Composer(folders, "ja", desk.configuration.shop)(desk.occasion(mail))


def test_shops_own_template_replaces_the_bundled_one(tmp_path: Path) -> None:
    made = composed(tmp_path, "Subject: こんにちは\n\n{{ order.total | money }}\n", Desk())
    assert made == Composed("こんにちは", "3,040\n")


def test_shared_parts_come_from_the_bundled_folder(tmp_path: Path) -> None:
    made = composed(tmp_path, 'Subject: a\n\nb\n{% include "_signature.txt.j2" %}', Desk())
    assert isinstance(made, Composed)
    assert "茶菓処こもれび堂" in made.text


@pytest.mark.parametrize(
    ("place", "variable"),
    [
        pytest.param("{{ order.buyer_kana }}", "order.buyer_kana", id="empty cell"),
        pytest.param("{{ order.buyer_kana | label }}", "order.buyer_kana", id="empty cell through a filter"),
        pytest.param("{{ order.paid_on | day }}", "order.paid_on", id="empty day"),
        pytest.param("{{ order.colour }}", "order.colour", id="no such column"),
        pytest.param("{% if order.colour %}x{% endif %}", "order.colour", id="no such column in a condition"),
        pytest.param("{{ nobody }}", "nobody", id="no such name"),
        pytest.param("{{ shipment.tracking_number }}", "shipment", id="no shipment in a mail per order"),
        pytest.param("{{ order.total | day }}", "3040", id="a day made of money"),
    ],
)
def test_unknown_and_empty_values_stop_the_mail(tmp_path: Path, place: str, variable: str) -> None:
    made = composed(tmp_path, f"Subject: a\n\n{place}\n", Desk())
    assert isinstance(made, CannotCompose)
    assert (made.template, made.variable) == ("thank_you.txt.j2", variable)


def test_empty_values_are_fine_in_a_condition(tmp_path: Path) -> None:
    made = composed(tmp_path, "Subject: a\n\nb{% if order.buyer_kana %}c{% endif %}\n", Desk())
    assert made == Composed("a", "b\n")


def test_columns_a_shop_added_can_be_used(tmp_path: Path) -> None:
    desk = Desk(orders=one_order({"紹介者": "木村"}))
    made = composed(tmp_path, "Subject: a\n\n{{ order.紹介者 }}、{{ order['紹介者'] }}\n", desk)
    assert made == Composed("a", "木村、木村\n")


@pytest.mark.parametrize("template", ["ab", "Subject: a\nb\n", "Subject: a\n\n\n", ""])
def test_mail_without_subject_or_text_is_not_made(tmp_path: Path, template: str) -> None:
    assert isinstance(composed(tmp_path, template, Desk()), CannotCompose)


def test_endless_text_is_not_made(tmp_path: Path) -> None:
    template = "Subject: a\n\n{% for _ in range(5000) %}0123456789\n{% endfor %}"
    assert isinstance(composed(tmp_path, template, Desk()), CannotCompose)


def test_line_ends_in_a_name_cannot_forge_a_mail(tmp_path: Path) -> None:
    orders = one_order({"buyer_name": "山本\r\nBcc: x@example.com\n\n\u202e偽の署名"})
    made = composed(tmp_path, "Subject: {{ order.buyer_name }}\n\n{{ addressee }}\n", Desk(orders=orders))
    assert isinstance(made, Composed)
    assert made.subject == "山本 Bcc: x@example.com 偽の署名"
    assert made.text.count("\n") == 1


def test_template_language_in_a_cell_stays_text() -> None:
    desk = Desk(orders=one_order({"buyer_name": "{{ shop.bank_account }}"}))
    assert "{{ shop.bank_account }} 様" in desk.text("order_confirmation")


@pytest.mark.parametrize(
    "place",
    [
        "{{ order._values }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ lines.append(1) }}",
        "{{ order.__init__.__globals__ }}",
        "{{ self.__dict__ }}",
    ],
)
def test_sandbox_lets_nothing_out(tmp_path: Path, place: str) -> None:
    assert isinstance(composed(tmp_path, f"Subject: a\n\n{place}\n", Desk()), CannotCompose)


@pytest.mark.parametrize(
    ("template", "place"),
    [
        pytest.param("Subject: a\n\n{% if order.total %}\n", "thank_you.txt.j2:3", id="broken"),
        pytest.param('Subject: a\n\n{% include "_gone.txt.j2" %}\n', "_gone.txt.j2", id="a part is missing"),
    ],
)
def test_broken_template_keeps_back_its_own_mail_and_names_the_place(
    tmp_path: Path, template: str, place: str
) -> None:
    made = composed(tmp_path, template, Desk())
    assert isinstance(made, CannotCompose)
    assert made.variable == ""
    assert made.template == f"mail_templates/ja/{place}"


def test_advertising_without_what_the_law_asks_is_not_written() -> None:
    desk = Desk()
    occasion = desk.occasion("thank_you")
    advertising = replace(occasion, mail=replace(occasion.mail, mail_class="advertising"))
    made = desk.compose(advertising)
    assert isinstance(made, CannotCompose)
    assert "sender.refusal" in made.why.text("en")


def test_payment_nobody_declared_is_shown_as_typed() -> None:
    desk = Desk()
    made = desk.compose(without_payment(desk.occasion("order_confirmation")))
    assert isinstance(made, Composed)
    assert "■お支払い方法　card" in made.text


def found(
    tmp_path: Path, template: str, mail_class: MailClass = "service", name: str = "news"
) -> list[tuple[str, str]]:
    (tmp_path / "ja").mkdir(exist_ok=True)
    (tmp_path / "ja" / f"{name}.txt.j2").write_text(template, encoding="utf-8")
    desk = Desk()
    mail = MailKind(name, Label("便り", "News"), "arrived", mail_class)
    problems = Problems()
    folders = (tmp_path, *desk.configuration.template_folders)
    own = {"orders": ("紹介者",)}
    check_templates({name: mail}, folders, desk.configuration.schema, problems, ("ja",), own)
    return [(problem.code, problem.where) for problem in problems.found]


def test_bundled_templates_have_no_problem() -> None:
    configuration = Desk().configuration
    problems = Problems()
    check_templates(configuration.mails, configuration.template_folders, configuration.schema, problems)
    assert problems.found == []


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        pytest.param(
            "Subject: a\n\nb\n{{ order.colour }}\n",
            ("template-value", "mail_templates/ja/news.txt.j2:4"),
            id="value",
        ),
        pytest.param(
            "Subject: a\n\nb{% if gift %}{{ nobody }}{% endif %}\n",
            ("template-value", "mail_templates/ja/news.txt.j2:3"),
            id="in the gift's branch",
        ),
        pytest.param(
            "Subject: a\n\n{% if %}\n",
            ("template-broken", "mail_templates/ja/news.txt.j2:3"),
            id="syntax",
        ),
        pytest.param(
            "Subject: a\n\n{% include 'x' %}\n", ("template-missing", "mail_templates/ja/x"), id="include"
        ),
        pytest.param("a\n", ("template-form", "mail_templates/ja/news.txt.j2"), id="form"),
        pytest.param(
            "Subject: a\n\nhttps://shop.example.com\n",
            ("mail-has-link", "mail_templates/ja/news.txt.j2"),
            id="link",
        ),
    ],
)
def test_wrong_templates_are_found_before_the_first_mail(
    tmp_path: Path, template: str, problem: tuple[str, str]
) -> None:
    assert found(tmp_path, template) == [problem]


def test_columns_of_the_shop_are_known_to_the_check(tmp_path: Path) -> None:
    assert found(tmp_path, "Subject: a\n\n{{ order.紹介者 }}\n") == []


def test_missing_template_is_found() -> None:
    configuration = Desk().configuration
    problems = Problems()
    mail = MailKind("news", Label("便り", "News"), "arrived", "service")
    check_templates({"news": mail}, configuration.template_folders, configuration.schema, problems)
    assert [problem.code for problem in problems.found] == ["template-missing"] * 2


@pytest.mark.parametrize("left_out", ["name", "address", "contact", "refusal"])
def test_advertising_without_its_footer_is_refused(tmp_path: Path, left_out: str) -> None:
    shown = "".join(f"{{{{ {name} }}}}\n" for name in FOOTER if name != f"sender.{left_out}")
    where = "mail_templates/ja/news.txt.j2"
    assert found(tmp_path, "Subject: a\n\n" + shown, "advertising") == [("mail-footer-missing", where)]


def test_advertising_with_the_bundled_footer_is_fine(tmp_path: Path) -> None:
    template = 'Subject: a\n\nb\nhttps://shop.example.com\n{% include "_advertising_footer.txt.j2" %}'
    assert found(tmp_path, template, "advertising") == []
