"""What the form of an offer reads of the shop, once, however many conditions and rows it shows."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from campaigns.admin import offer_steps
from loyalty.admin import amount_fields, cart_fields
from loyalty.rules import money
from members.admin import condition_words
from members.admin.condition_fields import ConditionWidget
from members.registry.fields import Vocabulary, Words


class SharedWords(Words):
    """A part of another vocabulary: its choices are those that were read for the whole."""

    def __init__(self, vocabulary: Vocabulary, whole: Words) -> None:
        super().__init__(vocabulary)
        self._whole = whole

    def choices(self, code: str) -> dict[Any, str]:
        return self._whole.choices(code)


class Reading:
    """Of one form; nothing is read that nobody asks for."""

    def __init__(self, url: str) -> None:
        # Where editors ask for their sentence.
        self.url = url

    @cached_property
    def digits(self) -> int:
        return money.digits(amount_fields.currency())

    @cached_property
    def words(self) -> Words:
        return Words(cart_fields.VOCABULARY)

    @cached_property
    def editors(self) -> Mapping[str, Any]:
        """By vocabulary what its editor knows."""
        lines = SharedWords(cart_fields.LINES_VOCABULARY, self.words)
        return {
            cart_fields.CODE: condition_words.editor(self.words, digits=self.digits),
            cart_fields.LINES_CODE: condition_words.editor(lines, digits=self.digits),
        }

    @cached_property
    def of_steps(self) -> dict[str, Any]:
        return {"digits": self.digits, "coupon_types": offer_steps.coupon_types()}

    @cached_property
    def of_parts(self) -> dict[str, Any]:
        return {"url": self.url, "reading": self}

    def shown(self, amount: int) -> Decimal:
        """Minor units as the form shows them."""
        return Decimal(amount).scaleb(-self.digits)


class OfferConditionWidget(ConditionWidget):
    """The editor of conditions, whose words come from the form's reading."""

    reading: Reading | None = None

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        if self.reading is None:
            return super().render(name, value, attrs, renderer)
        shown = self.get_context(name, value, attrs)["widget"]
        context = {
            "widget": shown,
            "editor": self.reading.editors[self.vocabulary_code],
            "url": self.url,
            "id": shown["attrs"].get("id"),
        }
        return render_to_string("console/condition_editor.html", context)
