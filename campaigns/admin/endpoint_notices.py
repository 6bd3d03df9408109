"""Tells operators of addresses that the product has switched off by itself."""

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext

from campaigns.selectors import gone_endpoints


def warn(request: HttpRequest) -> None:
    """On top of the page that opens; with the way to the button, for who may press it."""
    may_switch = request.user.has_perm("campaigns.change_webhookendpoint")
    for endpoint in gone_endpoints.gone():
        told = gettext(
            "“%(name)s” is off: it answered that it is gone (410), for a message and for a test. "
            "Nothing is posted there until somebody switches it on again."
        ) % {"name": endpoint.name or endpoint.code}
        page = reverse("admin:campaigns_webhookendpoint_change", args=[endpoint.pk])
        link = format_html(' <a class="underline" href="{}">{}</a>', page, gettext("Look at it"))
        messages.warning(request, format_html("{}{}", told, link if may_switch else ""))
