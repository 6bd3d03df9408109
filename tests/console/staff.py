"""Staff of the shop at the console, logged in, at the cast's NOW."""

from collections.abc import Collection
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from members.models import Member
from tests import world

MOST_QUERIES = 20
# The header of a member and one tab; a sentence may name a thing of every kind.
MOST_QUERIES_OF_A_MEMBER = 27
MEMBERS = "/console/members/member/"


def logged_in(
    name: str, role: str, store_codes: Collection[str] = (), language: str = "en"
) -> Client:
    """A browser in which somebody of this role has logged in."""
    operator = world.operator(name, role=role, store_codes=store_codes)
    operator.is_staff = True
    operator.save()
    browser = Client(headers={"Accept-Language": language})
    browser.force_login(operator, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def text(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    shown: str = response.content.decode()
    return shown


def page(member: Member, tab: str = "timeline", **query: Any) -> str:
    """The address of a tab of the member's page."""
    asked = urlencode({"tab": tab, **query})
    return f"{MEMBERS}{member.pk}/change/?{asked}"
