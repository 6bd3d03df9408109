"""What the preview of a merge shows of members themselves, and why a merge stays, in words."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Consent, Identity, Member, MemberTag
from members.registry import merge_page
from members.registry.merge_page import Line, Section
from members.sealing import masking
from members.selectors import consents

_OBSTACLES = {
    "undone_already": gettext_lazy("It was taken back already."),
    "merged_on": gettext_lazy("The card leads to another member by now."),
    "survivor_merged": gettext_lazy("The card that stays was merged into another one."),
    "survivor_erased": gettext_lazy("The member whose card stays was erased."),
    "retired_merged": gettext_lazy("The card that goes was merged into another one already."),
    "retired_erased": gettext_lazy("The member whose card goes was erased."),
    "same_member": gettext_lazy("Both numbers lead to the same member."),
    "not_kept": gettext_lazy("It was made before merges kept what they moved."),
    "identities_changed": gettext_lazy("A phone, e-mail or id was added or taken away since."),
    "consents_changed": gettext_lazy("The member agreed or objected to something since."),
    "member_changed": gettext_lazy("The profile changed, or one of the cards was merged again."),
    "notes_changed": gettext_lazy("Somebody wrote a note since."),
    "communities_changed": gettext_lazy("They left a community since, or came back to one."),
    "too_many_events": gettext_lazy("More behavior events moved than can be told apart again."),
}
NONE = "–"


def register() -> None:
    """Called by `apps.ready`."""
    merge_page.add_section(
        Section(code="members", title=gettext_lazy("Person"), lines=_lines, order=10)
    )
    for code, words in _OBSTACLES.items():
        merge_page.add_obstacle(code, words)


def _lines(member_ids: Collection[int], at: datetime) -> Mapping[int, Sequence[Line]]:
    """Masked, as everywhere; four queries for all members."""
    rows = Member.objects.filter(pk__in=member_ids).select_related("key", "store", "channel")
    identities = _identities(rows)
    tags: dict[int, list[str]] = defaultdict(list)
    for row in MemberTag.objects.filter(member__in=member_ids).select_related("tag"):
        tags[row.member_id].append(str(row.tag))
    return {row.pk: _of(row, identities[row.pk], tags[row.pk]) for row in rows}


def _of(member: Member, identities: list[str], tags: list[str]) -> list[Line]:
    joined = formats.date_format(timezone.localtime(member.joined_at), "SHORT_DATE_FORMAT")
    return [
        Line(_("Card"), member.card_number),
        Line(_("Name"), masking.name(member.name) or NONE),
        Line(_("Birthday"), masking.birthday(member.birthday) or NONE),
        Line(_("Gender"), member.get_gender_display() or NONE),
        Line(_("State"), member.get_state_display()),
        Line(_("Joined"), joined),
        Line(_("Store"), str(member.store or NONE)),
        Line(_("Channel"), str(member.channel or NONE)),
        Line(_("Found by"), _list(identities)),
        Line(_("Tags"), _list(sorted(tags))),
        Line(_("Agreed to"), _list(_granted(member.pk))),
    ]


def _identities(members: Collection[Member]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    owners = {member.pk: member for member in members}
    for row in Identity.objects.filter(member__in=owners).order_by("kind", "pk"):
        # One member object, so that its key is unwrapped once.
        row.member = owners[row.member_id]
        shown = masking.mask(row.kind, row.value)
        found[row.member_id].append(f"{row.get_kind_display()} {shown}")
    return found


def _granted(member_id: int) -> list[str]:
    purposes, media = Consent.Purpose, Consent.Medium
    return [
        f"{_label(purposes, row.purpose)}: {_label(media, row.medium)}"
        for row in consents.current(member_id=member_id)
        if row.is_granted
    ]


def _label(choices: type, value: str) -> str:
    labels = dict(choices.choices)  # type: ignore[attr-defined]
    return str(labels.get(value, value))


def _list(texts: Sequence[str]) -> str:
    return "\n".join(texts) or NONE
