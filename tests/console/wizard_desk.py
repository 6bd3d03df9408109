"""A marketer at the wizard: a draft, and each step as it is filled in."""

from html.parser import HTMLParser
from typing import Any

from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from campaigns.services import campaign_drafts
from tests import world
from tests.campaigns import made

GALLERY = "/console/campaigns/campaign/add/"


def step(campaign: Campaign, number: int) -> str:
    return reverse("admin:campaigns_campaign_step", args=[campaign.pk, number])


def page(campaign: Campaign, name: str = "change") -> str:
    return reverse(f"admin:campaigns_campaign_{name}", args=[campaign.pk])


def draft(**values: Any) -> Campaign:
    """An empty draft, or one with these values."""
    made.template()
    begun = campaign_drafts.begin(actor=world.operator("author"), at=world.NOW)
    if values:
        Campaign.objects.filter(pk=begun.pk).update(**values)
        begun.refresh_from_db()
    return begun


class _Form(HTMLParser):
    """The fields of a page's wizard as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, Any] = {}
        self.inside = False
        self.select = self.area = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        got = dict(attrs)
        name = got.get("name") or ""
        if tag == "form":
            self.inside = got.get("id") == "wizard-form"
        if tag == "template":
            self.inside = False
        if not self.inside:
            return
        if tag == "select":
            self.select = name
        elif tag == "textarea":
            self.area = name
            self.fields[name] = ""
        elif tag == "option" and "selected" in got:
            self.fields[self.select] = got.get("value", "")
        elif tag == "input" and name:
            self._input(got, name)

    def _input(self, got: dict[str, Any], name: str) -> None:
        if got.get("type") in ("checkbox", "radio"):
            if "checked" in got and got["type"] == "checkbox" and got.get("value"):
                self.fields.setdefault(name, []).append(got["value"])
            elif "checked" in got:
                self.fields[name] = got.get("value", "on")
        else:
            self.fields[name] = got.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""
        if tag == "template":
            self.inside = True

    def handle_data(self, data: str) -> None:
        if self.inside and self.area:
            self.fields[self.area] += data


def filled(browser: Client, campaign: Campaign, number: int) -> dict[str, Any]:
    """What the step's form would send as it is."""
    parser = _Form()
    parser.feed(browser.get(step(campaign, number)).content.decode())
    parser.fields.pop("csrfmiddlewaretoken", None)
    return parser.fields


def save(browser: Client, campaign: Campaign, number: int, **said: Any) -> Any:
    """The step with these fields changed, sent; `go` says where to."""
    return browser.post(step(campaign, number), {**filled(browser, campaign, number), **said})
