"""Roles of the people in the console; which rights they hold is wired in `config`."""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

LABELS: Mapping[str, Any] = {
    "clerk": _("Clerk"),
    "store_manager": _("Store manager"),
    "customer_service": _("Customer service"),
    "marketer": _("Marketer"),
    "marketing_manager": _("Marketing manager"),
    "analyst": _("Analyst"),
    "dpo": _("Data protection officer"),
    "administrator": _("Administrator"),
    "auditor": _("Auditor"),
}

Grants = Mapping[str, Collection[str]]


def is_built_in(name: str) -> bool:
    return name in LABELS


def label_of(name: str) -> str:
    """The role in the reader's language; a role that operators added keeps its own name."""
    return str(LABELS.get(name, name))
