"""What all views of channels share."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from members.api import problems
from members.selectors.clients import Client

_JSON = frozenset({"*/*", JSONRenderer.media_type})
_RENDERER = JSONRenderer()


class ChannelView(APIView):
    """A view for channel applications: bearer token, scopes, rate, problems in JSON.

    `required_scopes` says, by method, which scopes a token needs.
    """

    required_scopes: ClassVar[Mapping[str, Sequence[str]]]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who calls may call; what they name can be looked up."""
        super().initial(request, *args, **kwargs)
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            # PostgreSQL's text can't hold it, and nobody types it: as in bodies.
            detail = str(problems.TITLES["invalid"])
            error = {"code": "invalid_character", "pointer": "?", "detail": detail}
            raise problems.refuse(422, "invalid", errors=[error])

    def perform_content_negotiation(
        self, request: Request, force: bool = False
    ) -> tuple[BaseRenderer, str]:
        """JSON. What tills ask for is answered at once: to weigh it takes longer than to quote."""
        if request.META.get("HTTP_ACCEPT", "*/*") in _JSON:
            return _RENDERER, JSONRenderer.media_type
        return super().perform_content_negotiation(request, force)


def client_of(request: Request) -> Client:
    """The client that calls; of a member, the app that they use."""
    client = getattr(request.user, "app", request.user)
    assert isinstance(client, Client)
    return client
