"""What members are asked, as a sentence: with its window and what is counted, both ways."""

import pytest
from django.utils import translation

from loyalty.models import Product
from members.admin import condition_fields, condition_sentences, condition_words
from members.registry import member_fields
from members.registry.fields import Words
from members.selectors import member_conditions

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def said(tree):
    words = Words(member_fields.vocabulary())
    return condition_sentences.sentence(member_conditions.read(tree), words)


def leaf(field, op, value, **more):
    return {"field": field, "op": op, "value": value, **more}


@pytest.mark.parametrize(
    ("tree", "sentence"),
    [
        (
            leaf("orders.count", "gte", 3, days=30),
            "number of purchases in the last 30 days is at least 3",
        ),
        (leaf("orders.count", "eq", 0, days=1), "number of purchases in the last day is 0"),
        (
            leaf("behavior.count", "gte", 2, days=7, of=["product_view:SK-1", "share"]),
            "number of behaviors (Products viewed SK-1 or Shares) in the last 7 days is at least 2",
        ),
        (
            leaf("bought.products", "contains", ["SK-1"], days=30),
            "bought Face cream in the last 30 days",
        ),
        (
            {"not": leaf("bought.products", "contains", ["SK-1"], days=30)},
            "didn't buy Face cream in the last 30 days",
        ),
        ({"not": leaf("segments", "contains", ["vips"])}, "not in the segment vips"),
        (
            leaf("points.lapsing", "gte", 100, days=30),
            "points that lapse within 30 days is at least 100",
        ),
        (leaf("member.bucket", "lt", 10, of=["spring"]), "random number 0–99 (spring) is below 10"),
    ],
)
def test_a_window_and_what_is_counted_are_said(tree, sentence):
    Product.objects.create(sku="SK-1", name_en="Face cream")

    assert said(tree) == sentence


def test_codes_that_are_not_there_are_told_with_their_place():
    tree = leaf("coupons.held", "gte", 1, of=["nobody's"])
    found = condition_fields.unknown_choices(
        member_conditions.read(tree), Words(member_fields.vocabulary())
    )

    assert [(one.path, one.problem) for one in found] == [("of", "unknown_choice")]


def test_the_editor_is_told_what_a_field_takes():
    editor = condition_words.editor(Words(member_fields.vocabulary()), digits=2)
    fields = {field["code"]: field for field in editor["fields"]}

    assert fields["orders.count"]["days"] == {
        "least": 1,
        "most": 3650,
        "isNeeded": False,
        "before": "in the last",
        "after": "days",
    }
    assert fields["orders.count"]["of"] is None
    assert fields["bought.category_orders"]["of"]["isNeeded"]
    assert ["share", "Shares"] in [list(one) for one in fields["behavior.count"]["of"]["choices"]]
