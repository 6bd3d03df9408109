"""What all views of consumer apps share: before the log-in an app calls, afterwards a member."""

from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from members.api import addresses, throttling
from members.api.member_authentication import (
    AppAuthentication,
    IsApp,
    IsMember,
    MemberAuthentication,
)
from members.api.throttling import Rate
from members.api.views import ChannelView
from members.selectors.member_sessions import MemberCaller


class _RateThrottle(BaseThrottle):
    """DRF's door to a rate; whose it is, subclasses say."""

    def __init__(self) -> None:
        self._seconds: float | None = None

    def wait(self) -> float | None:
        return self._seconds

    def _may(self, key: str, rate: Rate) -> bool:
        self._seconds = throttling.wait(key=key, rate=rate)
        return not self._seconds


class AddressThrottle(_RateThrottle):
    """The rate of one address, before anybody is logged in."""

    def allow_request(self, request: Request, view: Any) -> bool:
        rate = Rate(settings.ADDRESS_RATE_PER_SECOND, settings.ADDRESS_RATE_BURST)
        return self._may(f"address:{addresses.of(request)}", rate)


class MemberThrottle(_RateThrottle):
    """The rate of one member, whatever apps they use."""

    def allow_request(self, request: Request, view: Any) -> bool:
        caller = request.user
        if not isinstance(caller, MemberCaller):
            return True
        rate = Rate(settings.MEMBER_RATE_PER_SECOND, settings.MEMBER_RATE_BURST)
        return self._may(f"member:{caller.member.pk}", rate)


class AppView(ChannelView):
    """A call of an app, named by X-Client-Id, for somebody who isn't logged in."""

    authentication_classes = (AppAuthentication,)
    permission_classes = (IsApp,)
    throttle_classes = (AddressThrottle,)


class OwnView(ChannelView):
    """A call of a member about themselves: the address names nobody, the token does."""

    authentication_classes = (MemberAuthentication,)
    permission_classes = (IsMember,)
    throttle_classes = (MemberThrottle,)
