"""`/receipts/<provider>/`: what providers of messages post to us, each in its own form."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from campaigns.services import provider_reports
from campaigns.services.provider_reports import Post
from campaigns.transports.contract import Call
from members.api import addresses, problems, throttling
from members.api.throttling import Rate
from members.errors import DomainError


@csrf_exempt
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, provider: str, secret: str = "") -> HttpResponse:
    """Hears a provider; the first GET of some asks whether the address is ours."""
    rate = Rate(settings.REPORT_RATE_PER_SECOND, settings.REPORT_RATE_BURST)
    seconds = throttling.wait(key=f"reports:{addresses.of(request)}", rate=rate)
    if seconds:
        return problems.too_many(request, seconds)
    try:
        post = Post(provider=provider, secret=secret, call=_call(request))
        if request.method == "GET":
            return HttpResponse(provider_reports.greet(post=post), content_type="text/plain")
        receiver = provider_reports.hear(post=post, at=timezone.now())
    except (DomainError, RequestDataTooBig) as error:
        problem = problems.problem_of(error)
        assert problem is not None
        return problems.respond(request, problem)
    return HttpResponse(receiver.answer, content_type=receiver.content_type)


def _call(request: HttpRequest) -> Call:
    return Call(
        body=request.body,
        headers={name.lower(): value for name, value in request.headers.items()},
        query=request.GET.dict(),
        at=timezone.now(),
    )
