"""Drafts to begin with: an empty one, or a copy of another campaign."""

import re
from datetime import datetime
from typing import Any

from django.db import transaction

from campaigns.models import Campaign, ContactPolicy
from campaigns.recipes.shape import QUIET
from campaigns.services import campaigns
from members.errors import NotFound
from members.models import User
from members.services import audit

_MOST = 60
_NUMBERED = re.compile(r"-\d{1,6}$")
# What a copy takes over: all that an operator writes, but its own names and days that are over.
_COPIED = tuple(
    name
    for name in campaigns.WRITABLE
    if name not in ("code", "name_zh", "name_en", "wizard_step", "starts_at", "ends_at")
)


@transaction.atomic
def begin(*, actor: User, at: datetime) -> Campaign:
    """An empty draft, with a name that somebody will change, and with quiet hours where the shop
    has none for all campaigns: nobody is woken because a field was left empty."""
    code = free_code("campaign")
    has_own = ContactPolicy.objects.filter(quiet_from__isnull=False).exists()
    values = {} if has_own else dict(QUIET)
    draft = campaigns.Draft(code=code, name_zh="新活动", name_en="New campaign", values=values)
    return campaigns.create(draft=draft, actor=actor, at=at)


@transaction.atomic
def copy(*, campaign_id: int, reason: str, actor: User, at: datetime) -> Campaign:
    """A draft like this campaign, whatever has become of it; it is drawn anew, so that its held
    out are others.

    Raises: NotFound.
    """
    found = Campaign.objects.filter(pk=campaign_id).select_related("segment").first()
    if found is None:
        raise NotFound
    values: dict[str, Any] = {name: getattr(found, name) for name in _COPIED}
    draft = campaigns.Draft(
        code=free_code(found.code),
        name_zh=_copied(found.name_zh, "（副本）"),
        name_en=_copied(found.name_en, " (copy)"),
        recipe=found.recipe,
        values=values,
        store_ids=tuple(found.stores.values_list("pk", flat=True)),
    )
    made = campaigns.create(draft=draft, actor=actor, at=at)
    details = {"campaign": made.code, "of": found.code}
    audit.record(action="campaign.copy", at=at, actor_id=actor.pk, reason=reason, details=details)
    return made


def free_code(base: str) -> str:
    """`base`, or the first of `base-2`, `base-3`, … that no campaign has. In a transaction, which
    keeps others from taking the same one until it is over."""
    stem = _NUMBERED.sub("", base)[: _MOST - 7]
    # One at a time: the order in which campaigns begin is nobody's bottleneck.
    list(Campaign.objects.select_for_update().filter(code=stem).values_list("pk"))
    taken = set(Campaign.objects.filter(code__startswith=stem).values_list("code", flat=True))
    if stem not in taken:
        return stem
    return next(code for n in range(2, len(taken) + 3) if (code := f"{stem}-{n}") not in taken)


def _copied(name: str, mark: str) -> str:
    if not name or name.endswith(mark):
        return name
    return name[: 120 - len(mark)] + mark
