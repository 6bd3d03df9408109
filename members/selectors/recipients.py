"""Who got whose data: the sharing register, and what apps know of the data they sent in bulk."""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from members.models import Disclosure, Recipient
from members.registry import privacy


def that_got(*, member_ids: Collection[int]) -> list[Recipient]:
    """Everyone outside who got data of one of these members, by code: whom a correction or a
    deletion has to be told to.

    Rows about many members name none: the apps that sent them say whether these were among them.
    """
    codes = {
        code for source in privacy.sharing_sources() for code in source.recipients_of(member_ids)
    }
    named = Disclosure.objects.filter(member_id__in=member_ids).values("recipient_id")
    return list(Recipient.objects.filter(Q(pk__in=named) | Q(code__in=codes)).order_by("code"))


def disclosures_of(*, member_ids: Collection[int]) -> QuerySet[Disclosure]:
    """What the register says of these members by name, the newest first."""
    rows = Disclosure.objects.filter(member_id__in=member_ids)
    return rows.select_related("recipient", "actor").order_by("-id")
