"""Facts that this app tells. docs/events.md lists them; a test compares."""

from dataclasses import dataclass

from members.registry.facts import Fact, fact


@fact("members.member.registered")
@dataclass(frozen=True, kw_only=True)
class MemberRegistered(Fact):
    member: str
    channel: str
    store: str
    placement: str


@fact("members.identity.verified")
@dataclass(frozen=True, kw_only=True)
class IdentityVerified(Fact):
    """Somebody proved that a phone, or another identity, is theirs; which one is not told."""

    kind: str


@fact("members.member.changed")
@dataclass(frozen=True, kw_only=True)
class MemberChanged(Fact):
    member: str
    fields: tuple[str, ...]


@fact("members.consent.recorded")
@dataclass(frozen=True, kw_only=True)
class ConsentRecorded(Fact):
    member: str
    purpose: str
    medium: str
    is_granted: bool


@fact("members.tag.given")
@dataclass(frozen=True, kw_only=True)
class TagGiven(Fact):
    member: str
    tag: str


@fact("members.tag.taken")
@dataclass(frozen=True, kw_only=True)
class TagTaken(Fact):
    member: str
    tag: str


@fact("members.member.merged")
@dataclass(frozen=True, kw_only=True)
class MemberMerged(Fact):
    """`member` took over what `retired` held and is found by all that found it."""

    member: str
    retired: str
    retired_id: int


@fact("members.profiling.refused")
@dataclass(frozen=True, kw_only=True)
class ProfilingRefused(Fact):
    """Nothing is computed of this member any more."""

    member: str


@fact("members.profiling.allowed")
@dataclass(frozen=True, kw_only=True)
class ProfilingAllowed(Fact):
    member: str


@fact("members.guardian.consented")
@dataclass(frozen=True, kw_only=True)
class GuardianConsented(Fact):
    """A parent agreed for a minor: their consents count from now on."""

    member: str


@fact("members.guardian.withdrew")
@dataclass(frozen=True, kw_only=True)
class GuardianWithdrew(Fact):
    member: str


@fact("members.member.unmerged")
@dataclass(frozen=True, kw_only=True)
class MemberUnmerged(Fact):
    """The merge was taken back: `retired` is a member of their own again. Told on both cards."""

    member: str
    retired: str
    retired_id: int


@fact("members.privacy.requested")
@dataclass(frozen=True, kw_only=True)
class PrivacyRequested(Fact):
    """`kind` is the right that the member asks for."""

    member: str
    request: str
    kind: str


@fact("members.privacy.closed")
@dataclass(frozen=True, kw_only=True)
class PrivacyClosed(Fact):
    """`state`: DONE, REFUSED or WITHDRAWN."""

    member: str
    request: str
    kind: str
    state: str


@fact("members.member.restricted")
@dataclass(frozen=True, kw_only=True)
class MemberRestricted(Fact):
    """`is_restricted` is false when the restriction ended."""

    member: str
    is_restricted: bool


@fact("members.member.erased")
@dataclass(frozen=True, kw_only=True)
class MemberErased(Fact):
    """From here on the id is a pseudonym of nobody: whoever kept data under it erases them."""

    member: str
    erasure: str


@fact("members.survey.answered")
@dataclass(frozen=True, kw_only=True)
class SurveyAnswered(Fact):
    """`survey` is its code, `subject` a code of what was rated; what was written isn't told."""

    survey: str
    response: str
    kind: str
    score: int
    subject: str


@fact("members.community.joined")
@dataclass(frozen=True, kw_only=True)
class CommunityJoined(Fact):
    community: str
    invited_by: str
    is_back: bool


@fact("members.community.left")
@dataclass(frozen=True, kw_only=True)
class CommunityLeft(Fact):
    community: str


@fact("members.community.goal_reached")
@dataclass(frozen=True, kw_only=True)
class CommunityGoalReached(Fact):
    """Of the member who invited; `coupon_type` is what the community promised then, or ""."""

    community: str
    step: int
    invited_count: int
    coupon_type: str


@fact("members.appointment.booked")
@dataclass(frozen=True, kw_only=True)
class AppointmentBooked(Fact):
    appointment: str
    kind: str
    store: str
    starts_at: str


@fact("members.appointment.moved")
@dataclass(frozen=True, kw_only=True)
class AppointmentMoved(Fact):
    appointment: str
    kind: str
    store: str
    starts_at: str
    moved_from: str


@fact("members.appointment.due")
@dataclass(frozen=True, kw_only=True)
class AppointmentDue(Fact):
    """It is time to remind the member."""

    appointment: str
    kind: str
    store: str
    starts_at: str


@fact("members.appointment.arrived")
@dataclass(frozen=True, kw_only=True)
class AppointmentArrived(Fact):
    appointment: str
    kind: str
    store: str


@fact("members.appointment.done")
@dataclass(frozen=True, kw_only=True)
class AppointmentDone(Fact):
    appointment: str
    kind: str
    store: str


@fact("members.appointment.missed")
@dataclass(frozen=True, kw_only=True)
class AppointmentMissed(Fact):
    appointment: str
    kind: str
    store: str


@fact("members.appointment.canceled")
@dataclass(frozen=True, kw_only=True)
class AppointmentCanceled(Fact):
    appointment: str
    kind: str
    store: str


@fact("members.service_case.opened")
@dataclass(frozen=True, kw_only=True)
class ServiceCaseOpened(Fact):
    case: str
    topic: str
    member: str


@fact("members.service_case.answered")
@dataclass(frozen=True, kw_only=True)
class ServiceCaseAnswered(Fact):
    """The first answer of the house; those that follow are told by nothing."""

    case: str
    topic: str
    member: str


@fact("members.service_case.resolved")
@dataclass(frozen=True, kw_only=True)
class ServiceCaseResolved(Fact):
    case: str
    topic: str
    member: str


@fact("members.service_case.reopened")
@dataclass(frozen=True, kw_only=True)
class ServiceCaseReopened(Fact):
    case: str
    topic: str
    member: str


@fact("members.service_case.rated")
@dataclass(frozen=True, kw_only=True)
class ServiceCaseRated(Fact):
    case: str
    topic: str
    member: str
    satisfaction: int


@fact("members.behavior.noticed")
@dataclass(frozen=True, kw_only=True)
class BehaviorNoticed(Fact):
    """A member did what somebody listens to; `event` is the id of the row that tells more, for
    as long as it is kept."""

    event: int
    kind: str
