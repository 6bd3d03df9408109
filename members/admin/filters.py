"""Filters that show what the operator's scope holds, and no more."""

from datetime import datetime, time
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import get_format
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter, RangeDateTimeFilter

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


class InstantsFilter(RangeDateTimeFilter):
    """From one instant to another, on the reader's clock. A day without a time means all of it;
    what is no day finds nothing, rather than everything."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        for part, lookup, whole in (("from", "gte", time.min), ("to", "lte", time.max)):
            day, moment = (self._typed(f"{part}_0"), self._typed(f"{part}_1"))
            if not day:
                continue
            instant = _instant(day, moment, whole)
            if instant is None:
                return queryset.none()
            queryset = queryset.filter(**{f"{self.parameter_name}__{lookup}": instant})
        return queryset

    def _typed(self, part: str) -> str:
        return str(self.used_parameters.get(f"{self.parameter_name}_{part}") or "").strip()


def _instant(day: str, moment: str, whole: time) -> datetime | None:
    on = _parsed(day, "DATE_INPUT_FORMATS")
    at = _parsed(moment, "TIME_INPUT_FORMATS") if moment else None
    if on is None or (moment and at is None):
        return None
    return timezone.make_aware(datetime.combine(on, at.time() if at else whole))


def _parsed(text: str, formats: str) -> datetime | None:
    for pattern in get_format(formats):
        try:
            return datetime.strptime(text, pattern)  # noqa: DTZ007 – a wall's clock; made aware above
        except ValueError:
            continue
    return None
