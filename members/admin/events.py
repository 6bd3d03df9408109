"""Facts as they were recorded, told in sentences."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.views import ChangeList

from members.admin.base import KeysetAdmin, KeysetChangeList
from members.admin.filters import InstantsFilter
from members.models import Event
from members.registry import sentences


class EventChangeList(KeysetChangeList):
    """Tells a whole page of events at once: a narrator looks up what they name in few queries."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        for event, sentence in sentences.tell(self.result_list):
            event.sentence = sentence


@admin.register(Event)
class EventAdmin(KeysetAdmin):
    store_path = "member__store"
    empty_hint = _("Every registration, order and change appears here as it happens.")
    list_display = ("occurred_at", "shown_sentence", "type", "member", "source")
    list_filter = (("occurred_at", InstantsFilter),)
    search_fields = ("=type", "=member__card_number")
    search_help_text = _("Type, such as loyalty.order.recorded, or card number")
    list_select_related = ("member",)
    fields = (
        ("occurred_at", "recorded_at"),
        ("type", "source"),
        ("member", "actor"),
        "shown_sentence",
        "payload",
    )
    readonly_fields = ("shown_sentence",)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return EventChangeList

    @display(description=_("what happened"))
    def shown_sentence(self, event: Event) -> str:
        sentence = getattr(event, "sentence", None) or sentences.tell([event])[0][1]
        return sentence.text
