"""Benefits given, claimed, used, rated and ending."""

from dataclasses import dataclass

from members.registry.facts import Fact, fact


@fact("loyalty.benefit.granted")
@dataclass(frozen=True, kw_only=True)
class BenefitGranted(Fact):
    """By hand, as a prize, by a campaign. `quota` None: without a limit; `until_at` is empty
    where it never ends."""

    benefit: str
    grant: str
    origin: str
    quota: int | None
    until_at: str


@fact("loyalty.benefit.claimed")
@dataclass(frozen=True, kw_only=True)
class BenefitClaimed(Fact):
    benefit: str
    until_at: str


@fact("loyalty.benefit.used")
@dataclass(frozen=True, kw_only=True)
class BenefitUsed(Fact):
    """`left` None: without a limit."""

    benefit: str
    use: str
    left: int | None


@fact("loyalty.benefit.voided")
@dataclass(frozen=True, kw_only=True)
class BenefitVoided(Fact):
    """`is_given_back` is false where its period was over."""

    benefit: str
    use: str
    is_given_back: bool


@fact("loyalty.benefit.rated")
@dataclass(frozen=True, kw_only=True)
class BenefitRated(Fact):
    benefit: str
    use: str
    rating: int


@fact("loyalty.benefit.ending")
@dataclass(frozen=True, kw_only=True)
class BenefitEnding(Fact):
    """Told a month before a grant, a claim, a tier's term or a benefit itself ends; `about` is
    GRANT, CLAIM, TIER or BENEFIT, `last_on` the last day."""

    about: str
    benefits: list[str]
    last_on: str


@fact("loyalty.benefit.left")
@dataclass(frozen=True, kw_only=True)
class BenefitLeft(Fact):
    """At the start of a month, what is left by the benefits' codes."""

    month: str
    left: dict[str, int]
