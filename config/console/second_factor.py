"""The second factor: set up, asked for at log-in, and the page of one's own log-in."""

from typing import Any

import segno
from django import forms
from django.contrib import admin, messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django_otp import login as remember_device
from unfold.widgets import UnfoldAdminTextInputWidget

from config.console import sessions
from members.admin import dialogs
from members.admin.base import operator_of
from members.errors import DomainError
from members.services import access, second_factors

PREFIX = "second-factor/"


class CodeForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Code of your phone now"),
        max_length=16,
        widget=UnfoldAdminTextInputWidget(
            attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}
        ),
    )


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """The pages, for the site's `get_urls`."""
    views = {
        "": ("second_factor", own_page),
        "set-up/": ("second_factor_set_up", set_up),
        "check/": ("second_factor_check", check),
    }
    return [
        path(
            f"{PREFIX}{route}",
            site.admin_view(never_cache(sensitive_post_parameters("code")(view))),
            name=name,
        )
        for route, (name, view) in views.items()
    ]


def check(request: HttpRequest) -> HttpResponse:
    """Between password and console: the code of the phone, or one on paper."""
    if sessions.factor_of(request) != sessions.CHECK:
        return HttpResponseRedirect(_next(request))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        operator = operator_of(request)
        try:
            device = second_factors.verify(
                user=operator, code=form.cleaned_data["code"], at=timezone.now()
            )
        except DomainError as error:
            form.add_error("code", dialogs.refusal(error))
        else:
            _let_in(request, device)
            if second_factors.backup_codes_left(user_id=operator.pk) < 3:
                messages.warning(request, _("Few backup codes are left: make new ones."))
            return HttpResponseRedirect(_next(request))
    context = {"form": form, "next": _next(request), "title": _("One more code")}
    return _page(request, "console/second_factor_check.html", context)


def set_up(request: HttpRequest) -> HttpResponse:
    """A picture for the phone's app, and the first code from it; then ten codes for paper."""
    if sessions.factor_of(request) == sessions.CHECK:
        return HttpResponseRedirect(reverse("admin:second_factor_check"))
    operator = operator_of(request)
    if second_factors.has_one(user_id=operator.pk):
        return HttpResponseRedirect(reverse("admin:second_factor"))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = second_factors.confirm(
                user=operator, code=form.cleaned_data["code"], at=timezone.now()
            )
        except DomainError as error:
            form.add_error("code", dialogs.refusal(error))
        else:
            _let_in(request, second_factors.begun(user_id=operator.pk))
            return _codes(request, codes)
    device = second_factors.begin(user=operator)
    context = {
        "form": form,
        "picture": segno.make(second_factors.address_of(device), error="m").svg_data_uri(
            scale=5, border=2, light="#fff"
        ),
        "secret": second_factors.secret_of(device),
        "is_needed": sessions.factor_of(request) == sessions.SET_UP,
        "title": _("Set up the second factor"),
    }
    return _page(request, "console/second_factor_set_up.html", context)


def own_page(request: HttpRequest) -> HttpResponse:
    """One's own log-in: the factor, codes on paper, and an end to all other sessions."""
    operator = operator_of(request)
    if request.method == "POST":
        return _act(request)
    terms = access.terms_of(operator)
    context = {
        "has_one": terms.has_second_factor,
        "codes_left": second_factors.backup_codes_left(user_id=operator.pk),
        "idle_minutes": terms.idle_seconds // 60,
        "session_hours": terms.lasts_seconds // 3_600,
        "title": _("My log-in"),
    }
    return _page(request, "console/second_factor.html", context)


def _act(request: HttpRequest) -> HttpResponse:
    operator = operator_of(request)
    if request.POST.get("do") == "end_sessions":
        access.end_sessions(user_ids=[operator.pk])
        operator.refresh_from_db()
        # This one goes on.
        update_session_auth_hash(request, operator)
        messages.success(request, _("Everywhere else you are logged out."))
    elif request.POST.get("do") == "new_codes" and second_factors.has_one(user_id=operator.pk):
        form = CodeForm(request.POST)
        if form.is_valid():
            try:
                second_factors.verify(
                    user=operator, code=form.cleaned_data["code"], at=timezone.now()
                )
            except DomainError as error:
                messages.error(request, dialogs.refusal(error))
            else:
                return _codes(request, second_factors.renew_codes(user=operator, at=timezone.now()))
    return HttpResponseRedirect(reverse("admin:second_factor"))


def _let_in(request: HttpRequest, device: Any) -> None:
    remember_device(request, device)
    sessions.pass_factor(request)


def _codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    context = {"codes": codes, "title": _("Backup codes")}
    return _page(request, "console/second_factor_codes.html", context)


def _next(request: HttpRequest) -> str:
    """Where one wanted to go, on this host only."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(
        wanted, {request.get_host()}, require_https=request.is_secure()
    ):
        return wanted
    return reverse("admin:index")


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return TemplateResponse(request, template, {**admin.site.each_context(request), **context})
