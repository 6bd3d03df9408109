"""Saved views of dashboards: kept, changed by saving under the same name, and taken away."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from analytics.models import SavedView
from members.errors import DomainError, NotFound
from members.models import User

MOST_VIEWS = 50


class TooManyViews(DomainError):
    """Fifty views are saved on this dashboard already: delete one of yours first."""

    code = "too_many_views"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """`query` is the address's, checked by whoever asks; `role_id` goes with sharing ROLE only."""

    dashboard: str
    name: str
    query: str
    sharing: str = SavedView.Sharing.PRIVATE
    role_id: int | None = None


def save(*, draft: Draft, owner_id: int, at: datetime) -> SavedView:
    """Keeps the filters under a name; the owner's view of that name becomes this one.

    Raises: TooManyViews.
    """
    with transaction.atomic():
        # Two tabs at once: the second one sees what the first one saved.
        User.objects.select_for_update().get(pk=owner_id)
        theirs = SavedView.objects.filter(owner_id=owner_id, dashboard=draft.dashboard)
        if not theirs.filter(name=draft.name).exists() and theirs.count() >= MOST_VIEWS:
            raise TooManyViews
        view, _is_new = SavedView.objects.update_or_create(
            owner_id=owner_id,
            dashboard=draft.dashboard,
            name=draft.name,
            defaults={
                "query": draft.query,
                "sharing": draft.sharing,
                "role_id": draft.role_id,
                "saved_at": at,
            },
        )
    return view


def remove(*, view_id: int, actor_id: int, may_share: bool) -> SavedView:
    """Takes a view away: one's own, or, with the right to share, anybody's shared one.

    Raises: NotFound, where there is none that one may take away.
    """
    view = SavedView.objects.filter(pk=view_id).first()
    is_shared = view is not None and view.sharing != SavedView.Sharing.PRIVATE
    if view is None or not (view.owner_id == actor_id or (may_share and is_shared)):
        raise NotFound
    view.delete()
    return view
