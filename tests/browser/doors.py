"""Comes into the console without the log-in page, which has tests of its own."""

from typing import Any

from django.conf import settings
from django.test import Client

from members.models import User


def come_in(page: Any, server: Any, user: User) -> None:
    """The page's browser has a session of `user`; it is still where it was."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": client.cookies[name].value, "url": server.url}
    page.context.add_cookies([cookie])
