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
