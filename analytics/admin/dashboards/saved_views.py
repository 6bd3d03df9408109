"""The saved views of a dashboard: listed on it, saved from it, taken away."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.models import Group
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from analytics.admin.dashboards import filter_forms
from analytics.admin.dashboards.dashboards import PERMISSION, Dashboard
from analytics.admin.dashboards.listed import DASHBOARDS
from analytics.models import SavedView
from analytics.selectors import saved_views as selectors
from analytics.services import saved_views
from members.admin import dialogs
from members.admin.base import operator_of
from members.errors import DomainError
from members.models import User
from members.registry import roles

SHARE = "analytics.share_savedview"
_ROLE = "role:"
_may_see = permission_required(PERMISSION, raise_exception=True)


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """Where views are saved and taken away, for the site's `get_urls`."""
    return [
        path(
            "dashboards/views/save/",
            site.admin_view(_may_see(require_POST(save))),
            name="analytics_savedview_save",
        ),
        path(
            "dashboards/views/<int:object_id>/remove/",
            site.admin_view(_may_see(require_POST(remove))),
            name="analytics_savedview_remove",
        ),
    ]


class ViewForm(forms.Form):
    """Sharing is `PRIVATE`, `EVERYONE` or `role:` with the role's name; whoever may not share
    isn't asked."""

    name = forms.CharField(label=gettext_lazy("Name of the view"), max_length=80)
    sharing = forms.ChoiceField(label=gettext_lazy("Who sees it"), required=False)
    dashboard = forms.ChoiceField(
        label=gettext_lazy("Dashboard"),
        choices=[(one.code, one.title) for one in DASHBOARDS],
        widget=forms.HiddenInput,
    )
    query = forms.CharField(required=False, max_length=2_000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, may_share: bool, **options: Any) -> None:
        super().__init__(*args, auto_id="view-%s", **options)
        if may_share:
            self.fields["sharing"].choices = _choices()  # type: ignore[attr-defined]
        else:
            del self.fields["sharing"]

    def draft(self) -> saved_views.Draft:
        said = self.cleaned_data.get("sharing") or SavedView.Sharing.PRIVATE
        role = Group.objects.get(name=said.removeprefix(_ROLE)) if said.startswith(_ROLE) else None
        return saved_views.Draft(
            dashboard=self.cleaned_data["dashboard"],
            name=self.cleaned_data["name"],
            query=filter_forms.canonical(QueryDict(self.cleaned_data["query"])),
            sharing=SavedView.Sharing.ROLE if role else said,
            role_id=role.pk if role else None,
        )


def context(dashboard: Dashboard, user: User, query: QueryDict) -> dict[str, Any]:
    """What the page shows of views: those there are, which of them is open, and the form."""
    may_share = user.has_perm(SHARE)
    opened = filter_forms.canonical(query)
    return {
        "views": [
            {
                "view": view,
                "is_open": view.query == opened,
                "is_own": view.owner_id == user.pk,
                "seen_by": _seen_by(view),
                "may_remove": view.owner_id == user.pk or may_share,
            }
            for view in selectors.of(dashboard=dashboard.code, user=user)
        ],
        "view_form": ViewForm(
            may_share=may_share, initial={"dashboard": dashboard.code, "query": opened}
        ),
    }


def save(request: HttpRequest) -> HttpResponse:
    """Keeps the filters that the page shows; what is wrong with them is said on the page."""
    user = operator_of(request)
    form = ViewForm(request.POST, may_share=user.has_perm(SHARE))
    wrong = _wrong(form, user)
    if wrong:
        messages.error(request, wrong)
        return HttpResponseRedirect(_page(form.cleaned_data.get("dashboard") or DASHBOARDS[0].code))
    draft = form.draft()
    try:
        saved_views.save(draft=draft, owner_id=user.pk, at=timezone.now())
    except DomainError as error:
        messages.error(request, dialogs.refusal(error))
    else:
        messages.success(request, _("The view “%(name)s” is saved.") % {"name": draft.name})
    return HttpResponseRedirect(f"{_page(draft.dashboard)}?{draft.query}")


def remove(request: HttpRequest, object_id: int) -> HttpResponse:
    """One's own view, or a shared one where one may share."""
    user = operator_of(request)
    try:
        view = saved_views.remove(
            view_id=object_id, actor_id=user.pk, may_share=user.has_perm(SHARE)
        )
    except DomainError as error:
        raise Http404 from error
    messages.success(request, _("The view “%(name)s” is deleted.") % {"name": view.name})
    return HttpResponseRedirect(_page(view.dashboard))


def _page(code: str) -> str:
    return reverse(f"admin:analytics_dashboard_{code}")


def _wrong(form: ViewForm, user: User) -> str:
    """What to mend, in words; nothing where all is well."""
    if not form.is_valid():
        return _errors(form)
    try:
        filters = filter_forms.of(QueryDict(form.cleaned_data["query"]), user, timezone.now())
    except DomainError as error:
        return dialogs.refusal(error)
    return "" if filters.is_valid() else _errors(filters)


def _errors(form: forms.Form) -> str:
    return " ".join(
        f"{form.fields[name].label}: {error}"
        for name, errors in form.errors.items()
        for error in errors
    )


def _choices() -> list[tuple[str, Any]]:
    """Roles that see dashboards."""
    app_label, codename = PERMISSION.split(".")
    names = (
        Group.objects.filter(
            permissions__codename=codename, permissions__content_type__app_label=app_label
        )
        .order_by("name")
        .values_list("name", flat=True)
    )
    return [
        (SavedView.Sharing.PRIVATE, SavedView.Sharing.PRIVATE.label),
        *((f"{_ROLE}{name}", roles.label_of(name)) for name in names),
        (SavedView.Sharing.EVERYONE, SavedView.Sharing.EVERYONE.label),
    ]


def _seen_by(view: SavedView) -> str:
    if view.sharing == SavedView.Sharing.ROLE and view.role is not None:
        return roles.label_of(view.role.name)
    return str(SavedView.Sharing(view.sharing).label)
