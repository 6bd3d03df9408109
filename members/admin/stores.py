"""Stores and channels: where members come in."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from members.admin.base import ConsoleAdmin
from members.models import Channel, Store


@admin.register(Store)
class StoreAdmin(ConsoleAdmin):
    store_path = "pk"
    empty_hint = _("Add your first store: members and orders are counted by store.")
    list_display = ("shown_name", "code", "city", "time_zone", "is_active")
    list_filter = ("is_active", "city")
    search_fields = ("code", "name_zh", "name_en", "city")
    ordering = ("code",)
    fieldsets = (
        (None, {"fields": (("name_zh", "name_en"), ("code", "city"), ("time_zone", "is_active"))}),
    )

    @display(description=_("store"), ordering="name_zh")
    def shown_name(self, store: Store) -> str:
        return store.name

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # Tills send the code with every order.
        return ("code",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Channel)
class ChannelAdmin(ConsoleAdmin):
    empty_hint = _("Add a channel for each way in: tills, mini-program, web shop.")
    list_display = ("shown_name", "code", "kind")
    list_filter = ("kind",)
    search_fields = ("code", "name_zh", "name_en")
    ordering = ("code",)
    fieldsets = ((None, {"fields": (("name_zh", "name_en"), ("code", "kind"))}),)

    @display(description=_("channel"), ordering="name_zh")
    def shown_name(self, channel: Channel) -> str:
        return channel.name

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("code",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
