"""Service cases and rules of tags for the stock of the console's tests."""

from datetime import datetime, timedelta
from typing import Any

from members.models import Tag, TagRule
from members.services import service_cases, service_topics, tag_rules
from members.services.service_case_changes import Doing
from members.services.service_cases import CaseOpening


def fill(people: list[Any], at: datetime) -> None:
    """A case of each of these people, answered and not; a rule of a tag."""
    service_topics.set_up()
    for number, person in enumerate(people):
        opening = CaseOpening(
            topic="delivery",
            medium="CHAT",
            subject=f"Case {number}",
            member_id=person.pk,
            store_id=person.store_id,
            answer="Soon" if number % 2 else "",
        )
        service_cases.open_case(opening=opening, doing=Doing(at=at - timedelta(hours=number)))
    condition = {"field": "member.joined_days", "op": "gte", "value": 30}
    loyal = Tag.objects.create(code="loyal", name_zh="老会员", name_en="Loyal")
    tag_rules.define(rule=TagRule(tag=loyal, condition=condition))
