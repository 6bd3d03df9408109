"""Stores and channels as the shop's own systems name them: by code, however often."""

from collections.abc import Sequence
from dataclasses import dataclass

from members.models import Channel, Store


@dataclass(frozen=True)
class ChannelItem:
    """A way in; `kind` is one of `Channel.Kind`."""

    code: str
    kind: str
    name_zh: str = ""
    name_en: str = ""


@dataclass(frozen=True)
class StoreItem:
    """A shop; without a `time_zone` it keeps the programme's."""

    code: str
    name_zh: str = ""
    name_en: str = ""
    city: str = ""
    time_zone: str = ""


def sync(*, stores: Sequence[StoreItem]) -> int:
    """How many stores now are as told; others are left alone."""
    rows = [Store(**vars(item)) for item in sorted(stores, key=lambda item: item.code)]
    Store.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name_zh", "name_en", "city", "time_zone"],
    )
    return len(rows)


def sync_channels(*, channels: Sequence[ChannelItem]) -> int:
    """How many channels now are as told; others are left alone."""
    rows = [Channel(**vars(item)) for item in sorted(channels, key=lambda item: item.code)]
    Channel.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["kind", "name_zh", "name_en"],
    )
    return len(rows)
