"""Which stores' rows somebody may see. Every door's queryset goes through `scope_for`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from members.models import ApiClient, User

M = TypeVar("M", bound=Model)
_CACHE = "_scope_cache"


@dataclass(frozen=True)
class Scope:
    """The stores that somebody works for; None means the whole chain."""

    store_ids: frozenset[int] | None = None

    @property
    def is_whole_chain(self) -> bool:
        return self.store_ids is None

    def contains(self, store_id: int | None) -> bool:
        """Whether rows of that store are theirs; rows without a store belong to the chain."""
        return self.store_ids is None or store_id in self.store_ids

    def stores(self, queryset: QuerySet[M]) -> QuerySet[M]:
        return self.narrow(queryset, path="pk")

    def members(self, queryset: QuerySet[M]) -> QuerySet[M]:
        """Members whose home store is theirs.

        A clerk serves whoever stands before them: a card or phone read in full finds every
        member (`members.selectors.members`); this narrows lists, where one may browse.
        """
        return self.narrow(queryset)

    def orders(self, queryset: QuerySet[M]) -> QuerySet[M]:
        return self.narrow(queryset)

    def narrow(self, queryset: QuerySet[M], *, path: str = "store") -> QuerySet[M]:
        """The rows of `queryset` whose store, found along `path`, is theirs."""
        if self.store_ids is None:
            return queryset
        return queryset.filter(**{f"{path}__in": self.store_ids})


def scope_for(viewer: Any) -> Scope:
    """The scope of an operator or an API client; of anybody else, no store at all.

    Both name stores; naming none means the whole chain, as marketers and analysts need it.
    """
    if not isinstance(viewer, User | ApiClient):
        return Scope(store_ids=frozenset())
    if getattr(viewer, "is_superuser", False):
        return Scope()
    known: Scope | None = viewer.__dict__.get(_CACHE)
    if known is None:
        store_ids = frozenset(viewer.stores.values_list("pk", flat=True))
        known = viewer.__dict__[_CACHE] = Scope(store_ids=store_ids or None)
    return known
