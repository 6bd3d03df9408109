"""Permissions in words: what they let one do, with which pages."""

from django.apps import apps
from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

APPS = ("members", "loyalty", "analytics", "campaigns")
_VERBS = {
    "view": gettext_lazy("view"),
    "add": gettext_lazy("add"),
    "change": gettext_lazy("change"),
    "delete": gettext_lazy("delete"),
}


def grantable() -> QuerySet[Permission]:
    """Rights on our own pages, and on operators' roles."""
    ours = Permission.objects.select_related("content_type")
    return ours.filter(content_type__app_label__in=(*APPS, "auth")).order_by(
        "content_type__app_label", "content_type__model", "codename"
    )


def label_of(permission: Permission) -> str:
    """`Orders: view`; a right of another kind by the words that its model declares."""
    content_type = permission.content_type
    model = apps.get_model(content_type.app_label, content_type.model)
    noun = capfirst(str(model._meta.verbose_name_plural))
    verb = permission.codename.partition("_")[0]
    declared = dict(model._meta.permissions)
    what = declared.get(permission.codename) or _VERBS.get(verb, permission.name)
    return _("%(pages)s: %(right)s") % {"pages": noun, "right": what}
