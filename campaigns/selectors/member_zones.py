"""Whose clock is on which wall: the zone of the member's store, else the shop's."""

from collections.abc import Collection
from zoneinfo import ZoneInfo

from loyalty.services import programs
from members.models import Member


def zones_of(member_ids: Collection[int]) -> dict[int, ZoneInfo]:
    """The zone of each member. One query."""
    house = programs.current().zone
    rows = Member.objects.filter(pk__in=member_ids).order_by()
    return {
        member_id: ZoneInfo(zone) if zone else house
        for member_id, zone in rows.values_list("pk", "store__time_zone")
    }
