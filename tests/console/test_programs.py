"""The programme's page: how discounts, quotes and returns work, as sentences and settings."""

import pytest
from django.utils import translation

from loyalty.admin import program_sentences
from loyalty.models import Program
from tests.console import staff

pytestmark = pytest.mark.django_db
PAGE = "/console/loyalty/program/"


@pytest.fixture
def manager(shop):
    return staff.logged_in("chen", "marketing_manager")


def checkout(**changes):
    with translation.override("en"):
        return program_sentences.checkout(Program(**changes))


def filled(browser, program, **changed):
    """The page's form as the browser sends it back."""
    form = browser.get(f"{PAGE}{program.pk}/change/").context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    sent = {name: one for name, one in values.items() if one is not None and one is not False}
    return {**sent, **changed}


def test_what_discounts_and_returns_do_is_one_sentence():
    assert checkout() == (
        "percent off what is left after the discounts before; a quote holds for 10 minutes; when a "
        "part comes back, what was paid for it goes back"
    )
    assert checkout(
        percent_base="INITIAL", refund_method="RECALCULATE", quote_minutes=1, redeem_max_percent=30
    ) == (
        "percent off the amount before any discount; a quote holds for 1 minute; points pay up to "
        "30 % of an order; when a part comes back, the rest is judged again"
    )
    assert "points pay nothing" in checkout(redeem_max_percent=0)


def test_the_settings_are_changed_on_the_page(manager):
    program = Program.objects.get()
    sent = filled(
        manager,
        program,
        percent_base="INITIAL",
        refund_method="RECALCULATE",
        quote_minutes="5",
        redeem_max_percent="50",
    )

    assert manager.post(f"{PAGE}{program.pk}/change/", sent).status_code == 302

    program.refresh_from_db()
    assert (program.percent_base, program.refund_method) == ("INITIAL", "RECALCULATE")
    assert (program.quote_minutes, program.redeem_max_percent) == (5, 50)
    assert "a quote holds for 5 minutes" in staff.text(manager.get(PAGE))


@pytest.mark.parametrize(
    ("field", "value"),
    [("redeem_max_percent", "101"), ("quote_minutes", "0"), ("quote_minutes", "1441")],
)
def test_what_makes_no_sense_is_refused_at_its_field(manager, field, value):
    program = Program.objects.get()

    answer = manager.post(f"{PAGE}{program.pk}/change/", filled(manager, program, **{field: value}))

    assert list(answer.context["adminform"].form.errors) == [field]
    program.refresh_from_db()
    assert (program.quote_minutes, program.redeem_max_percent) == (10, 100)
