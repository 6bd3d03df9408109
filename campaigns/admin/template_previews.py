"""What a template's page shows while somebody writes: mistakes, and both languages by channel."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from campaigns.admin import template_forms
from campaigns.registry import variables as registry
from campaigns.services import template_checks, template_previews, templates
from campaigns.services.template_previews import Occasion, Preview
from loyalty.rules import money
from loyalty.services import programs
from members.admin.base import ConsoleAdmin
from members.admin.members import masked_name
from members.models import Member
from members.selectors import scopes

MAY_SEE_MEMBERS = "members.view_member"
_MOST = 4_000


class TemplatePreviews(ConsoleAdmin):
    """For the page of templates. Asked by POST: what is typed belongs in no address."""

    def get_urls(self) -> list[URLPattern]:
        view = require_POST(self.admin_site.admin_view(self.preview))
        own = path("preview/", view, name="campaigns_messagetemplate_preview")
        return [own, *super().get_urls()]

    def preview(self, request: HttpRequest) -> HttpResponse:
        """The texts of the form as members would read them, kept or not."""
        if not self.has_view_permission(request):
            return HttpResponse(status=403)
        context = shown(request, _typed(request), at=self.now())
        return render(request, "console/template_preview.html", context)


def shown(
    request: HttpRequest,
    texts: Mapping[str, Any],
    *,
    of: Occasion | None = None,
    at: datetime,
) -> dict[str, Any]:
    """For `console/template_preview.html`: these texts with sample values, or as the member reads
    them whose card was posted as `preview_card`; `of`: in which campaign."""
    member, said = _member(request)
    return {
        "problems": [(_label(one.field), one.text) for one in template_checks.problems(texts)],
        "member": member,
        "member_name": masked_name(member) if member else "",
        "member_said": said,
        "previews": [
            _told(one)
            for one in template_previews.previews(texts=texts, member=member, of=of, at=at)
        ],
    }


def _typed(request: HttpRequest) -> dict[str, Any]:
    typed = {name: value[:_MOST] for name, value in request.POST.items() if isinstance(value, str)}
    texts: dict[str, Any] = {name: typed.get(name, "") for name in templates.FROZEN[:-1]}
    texts["media_options"] = template_forms.options_of(typed)
    return texts


def _member(request: HttpRequest) -> tuple[Member | None, str]:
    """The member whose card was typed, of the operator's stores, or why there is none."""
    card = request.POST.get("preview_card", "").strip().upper()[:24]
    if not card or not request.user.has_perm(MAY_SEE_MEMBERS):
        return None, ""
    rows = scopes.scope_for(request.user).members(Member.objects.active())
    member = rows.filter(card_number=card).select_related("store").first()
    if member is None:
        return None, _("No active member of your stores has this card; sample values are shown.")
    return member, ""


def _told(one: Preview) -> dict[str, Any]:
    labels = registry.VARIABLES
    return {
        "one": one,
        "language": _("Chinese") if one.language == "zh" else _("English"),
        "missing": [str(labels[name].label) if name in labels else name for name in one.missing],
        "sms": _sms(one),
        "sms_text": one.provided.get("SMS"),
        "wechat": one.provided.get("WECHAT"),
    }


def _sms(one: Preview) -> str:
    if one.sms is None:
        return ""
    said = ngettext(
        "%(units)s characters: %(parts)s short message, %(left)s more fit.",
        "%(units)s characters: %(parts)s short messages, %(left)s more fit.",
        one.sms.parts,
    ) % {"units": one.sms.units, "parts": one.sms.parts, "left": one.sms.left}
    if one.sms_cost_amount:
        cost = money.text(one.sms_cost_amount, programs.current().currency)
        each = _("%(cost)s for each member.") % {"cost": cost}
        return f"{said} {each}"
    return said


def _label(place: str) -> str:
    field = template_forms.TemplateForm.base_fields[template_forms.field_of(place)]
    name = place.partition(".")[2]
    extra = f" {name}" if name and template_forms.field_of(place).endswith("_fields") else ""
    return f"{field.label}{extra}"
