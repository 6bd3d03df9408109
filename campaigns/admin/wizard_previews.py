"""What the wizard asks while somebody works: the condition as a sentence, and whom the audience
would have now. Both are POST, since addresses are logged, and change nothing."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from analytics.admin import segment_words
from analytics.models import Segment
from campaigns.models import Campaign
from campaigns.selectors import audience_previews
from campaigns.selectors.audience_previews import Chosen
from members.admin import condition_fields
from members.admin.base import ConsoleAdmin
from members.admin.members import masked_name
from members.models import Member, Store
from members.registry import member_fields
from members.selectors import scopes

MAY_SEE_MEMBERS = "members.view_member"
_NAME = "campaigns_campaign_"


class WizardPreviews(ConsoleAdmin):
    """For the page of campaigns."""

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"<int:object_id>/{name}/",
                require_POST(self.admin_site.admin_view(view)),
                name=f"{_NAME}{name}",
            )
            for name, view in (("spoken", self.spoken), ("counted", self.counted))
        ]
        return [*own, *super().get_urls()]

    def spoken(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The form's condition as a sentence, and what is wrong with it."""
        self._writable(request, object_id)
        text = request.POST.get("condition", "")
        told = condition_fields.spoken(text, member_fields.vocabulary())
        if not told["problems"] and told["sentence"] and text.strip() in ("", "{}"):
            told["sentence"] = gettext("No condition: it leaves nobody out.")
        return JsonResponse(told)

    def counted(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """How many members, whom each channel reaches, and some of them: of the operator's stores,
        masked."""
        campaign = self._writable(request, object_id)
        chosen = _chosen(request)
        if chosen is None:
            return render(request, "console/segment_counted.html", {"is_empty": True})
        found = audience_previews.preview(chosen=chosen, purpose=campaign.purpose, at=self.now())
        context = {
            "is_known": found.count is not None,
            "text": segment_words.counted(found.count),
            "reach": segment_words.reached(found.reach),
            "sample": self._sample(request, found.member_ids),
        }
        return render(request, "console/segment_counted.html", context)

    def _writable(self, request: HttpRequest, object_id: int) -> Campaign:
        if not self.has_change_permission(request):
            raise PermissionDenied
        found: Campaign | None = self.get_object(request, str(object_id))
        if found is None:
            raise Http404
        return found

    def _sample(self, request: HttpRequest, member_ids: tuple[int, ...]) -> list[Any]:
        if not request.user.has_perm(MAY_SEE_MEMBERS):
            return []
        scope = scopes.scope_for(request.user)
        rows = scope.members(Member.objects.filter(pk__in=member_ids)).select_related("key")
        return [(masked_name(member), member) for member in rows.order_by("pk")]


def _chosen(request: HttpRequest) -> Chosen | None:
    """What the form says so far; None: its condition has to be mended first."""
    text = request.POST.get("condition", "")[: condition_fields.MOST_CHARACTERS]
    tree, problems = condition_fields.read(text, member_fields.vocabulary())
    if problems:
        return None
    segment = request.POST.get("segment", "").replace("\0", "")
    stores = [one.replace("\0", "") for one in request.POST.getlist("stores")]
    return Chosen(
        segment=Segment.objects.filter(code=segment).first() if segment else None,
        condition=tree,
        store_codes=list(Store.objects.filter(code__in=stores).values_list("code", flat=True)),
    )
