"""`/api/v1/quotes`: what a cart costs. The hot path: msgspec in and out, one service call."""

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from campaigns.api import quote_shapes as shapes
from campaigns.services import quote_enquiries, quotes
from campaigns.services.quote_documents import CartDocument
from loyalty.api.sources import source_of
from members.api import bodies, schema
from members.api.views import ChannelView, client_of
from members.services.guesses import Guesser

_encoder = msgspec.json.Encoder()


class QuotesView(ChannelView):
    required_scopes = {"POST": ["orders:write"]}

    @extend_schema(
        operation_id="quote_cart",
        summary="What a cart costs, and why",
        description="The best allowed combination of offers and coupons, why the others don't "
        "apply, how far points pay, and what the order will earn. Stores and reserves nothing: "
        "`quote_id` is a signed promise of prices and points until `expires_at`, not of budgets. "
        "The same cart gives the same answer whatever the order of its codes. With the "
        "`quote_id` of a former quote its prices are kept within its time; what can't be kept is "
        "409 `quote_changed` with `difference` and the new `quote`. After many wrong codes 429 "
        "`too_many_guesses`.",
        tags=["quotes"],
        request=schema.body(CartDocument),
        responses={
            200: schema.answer(shapes.QuoteShown, "The quote"),
            **schema.problems(400, 409, 422),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        cart = bodies.read(request, CartDocument)
        answer = quotes.quote(
            cart=cart,
            source=source_of(request),
            at=timezone.now(),
            guesser=_guesser(request, cart) if cart.coupons else None,
        )
        return HttpResponse(_encoder.encode(answer), content_type=bodies.CONTENT_TYPE)


def _guesser(request: Request, cart: CartDocument) -> Guesser:
    """Who tries codes, and for whom."""
    client = client_of(request)
    subject = quote_enquiries.subject(cart) or f"address:{request.META.get('REMOTE_ADDR', '')}"
    return Guesser(caller=f"client:{client.id}", subject=subject)
