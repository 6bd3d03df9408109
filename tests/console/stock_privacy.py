"""Privacy requests of all kinds and states, with clocks and a calendar."""

from collections.abc import Sequence
from datetime import datetime

from members.models import Member, PrivacyRequest
from members.services import privacy_requests, working_days
from members.services.privacy_requests import Asked


def fill(people: Sequence[Member], *, at: datetime) -> None:
    working_days.install()
    kinds = PrivacyRequest.Kind.values
    for number, person in enumerate(people):
        kind = kinds[number % len(kinds)]
        details = {"name": "王小明"} if kind == PrivacyRequest.Kind.CORRECTION else None
        asked = Asked(
            member_id=person.pk,
            kind=kind,
            source="letter",
            details=details,
            verified_how="Letter" if number % 2 else "",
        )
        privacy_requests.receive(asked=asked, at=at)
