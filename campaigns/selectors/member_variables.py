"""Who the member is; name and birthday are opened only where a text needs them."""

from collections.abc import Sequence
from datetime import date

from campaigns.models import Campaign, Enrollment
from campaigns.rules import plain_names
from campaigns.rules.text_filters import Yearly
from campaigns.selectors.asked import Asked, Moment, Variables, day, known, name_in
from loyalty.models import Program
from members.models import Member, Store
from members.sealing.keys import KeyShredded

NAMES = ("name", "card_number", "birthday", "joined_on", "store", "programme", "campaign")


def read(asked: Sequence[Asked], wanted: frozenset[str], moment: Moment) -> list[Variables]:
    """At most three queries."""
    stores = _stores(asked) if "store" in wanted else {}
    program = Program.objects.filter(is_current=True).first() if "programme" in wanted else None
    campaigns = _campaigns(asked) if "campaign" in wanted else {}
    found = []
    for one in asked:
        store = stores.get(one.member.store_id or 0)
        campaign = campaigns.get(one.enrollment or 0)
        more = known(
            store=name_in(store, one.language) if store else None,
            programme=name_in(program, one.language) if program else None,
            campaign=name_in(campaign, one.language) if campaign else None,
        )
        found.append(_own(one, wanted, moment) | more)
    return found


def _own(one: Asked, wanted: frozenset[str], moment: Moment) -> Variables:
    member = one.member
    return known(
        card_number=member.card_number,
        joined_on=day(moment.day_of(member.joined_at)),
        **_opened(member, wanted),
    )


def _opened(member: Member, wanted: frozenset[str]) -> Variables:
    """What is sealed; of a member who was erased since there is none."""
    try:
        return known(
            name=plain_names.plain(member.name) if "name" in wanted else None,
            birthday=_yearly(member.birthday) if "birthday" in wanted else None,
        )
    except KeyShredded:
        return {}


def _yearly(birthday: date | None) -> Yearly | None:
    return Yearly(birthday.isoformat()) if birthday else None


def _stores(asked: Sequence[Asked]) -> dict[int, Store]:
    return Store.objects.in_bulk({one.member.store_id for one in asked if one.member.store_id})


def _campaigns(asked: Sequence[Asked]) -> dict[int, Campaign]:
    ids = {one.enrollment for one in asked if one.enrollment}
    rows = Enrollment.objects.filter(pk__in=ids).values_list("pk", "campaign_id")
    owners = dict(rows)
    campaigns = Campaign.objects.in_bulk(set(owners.values()))
    return {pk: campaigns[campaign_id] for pk, campaign_id in owners.items()}
