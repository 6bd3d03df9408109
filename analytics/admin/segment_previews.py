"""What the builder asks while somebody works: the condition as a sentence in both languages, what
is wrong with it, and whom it would have now."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from analytics.admin import segment_words
from analytics.admin.segment_forms import PURPOSES
from analytics.models import Segment
from analytics.selectors import segment_members
from analytics.services import segments
from analytics.services.segments import BadCode, Draft
from members.admin import condition_fields, dialogs
from members.admin.base import ConsoleAdmin
from members.admin.members import masked_name
from members.errors import DomainError
from members.models import Member
from members.registry import member_fields
from members.selectors import scopes

MAY_SEE_MEMBERS = "members.view_member"


class SegmentPreviews(ConsoleAdmin):
    """For the page of segments. Both are POST, since addresses are logged, and change nothing."""

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(
                f"{name}/",
                require_POST(self.admin_site.admin_view(view)),
                name=f"analytics_segment_{name}",
            )
            for name, view in (("spoken", self.spoken), ("preview", self.preview))
        ]
        return [*own, *super().get_urls()]

    def spoken(self, request: HttpRequest) -> HttpResponse:
        """The form's condition as a sentence per language, and what is wrong with it."""
        if not self._may_write(request):
            return JsonResponse({"sentence": "", "problems": []}, status=403)
        text = request.POST.get("condition", "")
        told = condition_fields.spoken(text, member_fields.vocabulary())
        if not told["problems"]:
            tree, _found = condition_fields.read(text, member_fields.vocabulary())
            told = _told(request.GET.get("of") or request.POST.get("code", ""), tree)
        return JsonResponse(told)

    def preview(self, request: HttpRequest) -> HttpResponse:
        """How many members, whom each medium reaches, and some of them: of the operator's stores,
        masked."""
        if not self._may_write(request):
            return HttpResponse(status=403)
        text = request.POST.get("condition", "")
        tree, found = condition_fields.read(
            text[: condition_fields.MOST_CHARACTERS], member_fields.vocabulary()
        )
        if found or not tree:
            return render(request, "console/segment_counted.html", {"is_empty": True})
        asked = request.POST.get("purpose", "")
        purpose = asked if asked in {one.value for one in PURPOSES} else PURPOSES[0].value
        counted = segment_members.preview(tree=tree, at=self.now(), purpose=purpose)
        context = {
            "is_known": counted.count is not None,
            "text": segment_words.counted(counted.count),
            "reach": segment_words.reached(counted.reach),
            "sample": self._sample(request, counted.member_ids),
        }
        return render(request, "console/segment_counted.html", context)

    def _may_write(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) or self.has_change_permission(request)

    def _sample(self, request: HttpRequest, member_ids: tuple[int, ...]) -> list[Any]:
        if not request.user.has_perm(MAY_SEE_MEMBERS):
            return []
        scope = scopes.scope_for(request.user)
        rows = scope.members(Member.objects.filter(pk__in=member_ids)).select_related("key")
        return [(masked_name(member), member) for member in rows.order_by("pk")]


def _told(code: str, tree: dict[str, Any]) -> dict[str, Any]:
    problems = []
    # Code and name are asked for elsewhere; an empty condition may be that of a static one.
    draft = Draft(code=code or "-", name_en="-", condition=tree, kind=Segment.Kind.STATIC.value)
    try:
        segments.check(draft=draft)
    except BadCode:
        pass
    except DomainError as error:
        problems = [{"path": "", "message": dialogs.refusal(error)}]
    if not tree:
        sentence = gettext("No condition yet: add one, or choose members by hand.")
    else:
        sentence = "\n".join(text for _code, text in segment_words.in_both_languages(tree))
    return {"sentence": sentence, "problems": problems}
