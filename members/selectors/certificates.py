"""The certificate of an erasure, read from what was recorded."""

from dataclasses import dataclass

from members.models import Erasure
from members.rules import certificates
from members.rules.certificates import Facts
from members.selectors.working_days import local_day


@dataclass(frozen=True)
class Certificate:
    """Both texts, and whether they still have the digest that was recorded with the erasure."""

    chinese: str
    english: str
    digest: str
    is_genuine: bool


def of(erasure: Erasure) -> Certificate:
    """The certificate of one erasure."""
    told = facts(erasure)
    return Certificate(
        chinese=certificates.text(told, certificates.CHINESE),
        english=certificates.text(told, certificates.ENGLISH),
        digest=erasure.digest,
        is_genuine=certificates.digest(told) == erasure.digest,
    )


def facts(erasure: Erasure) -> Facts:
    """What the certificate says. Everything in it was written with the erasure and stays."""
    request = erasure.request
    return Facts(
        erasure=str(erasure.uid),
        member=str(erasure.member_uid),
        request=str(request.uid) if request else "",
        asked_on=local_day(request.received_at) if request else None,
        due_on=request.due_on if request else None,
        erased_at=erasure.erased_at,
        counts=erasure.counts,
    )
