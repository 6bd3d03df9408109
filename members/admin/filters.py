"""Filters that show what the operator's scope holds, and no more."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from members.models import Channel, Store
from members.selectors import scopes


class StoreFilter(DropdownFilter):
    """By store, among the operator's own."""

    title = _("store")
    parameter_name = "in_store"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        stores = scopes.scope_for(request.user).stores(Store.objects.order_by("code"))
        return [(str(store.pk), f"{store.name} ({store.code})") for store in stores]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(store_id=value) if value and value.isdecimal() else queryset


class ChannelFilter(DropdownFilter):
    title = _("channel")
    parameter_name = "on_channel"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(channel.pk), channel.name) for channel in Channel.objects.order_by("code")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(channel_id=value) if value and value.isdecimal() else queryset
