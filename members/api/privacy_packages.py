"""`/api/v1/me/privacy-requests/{id}/package`: a member fetches what is known of them."""

from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from members.api import schema
from members.api.member_authentication import member_of
from members.api.member_views import OwnView
from members.services import privacy_exports

ZIP = "application/zip"


class OwnPackageView(OwnView):
    @extend_schema(
        operation_id="fetch_my_package",
        summary="Fetch what is known of me",
        description="The package of an access or export that is done, as a ZIP of JSON and CSV; "
        "kept for some days.",
        tags=["me"],
        responses={(200, ZIP): OpenApiTypes.BINARY, **schema.problems(404, 410)},
    )
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        fetched = privacy_exports.fetch_own(
            request_uid=uid, member_id=member_of(request).pk, at=timezone.now()
        )
        return HttpResponse(
            fetched.content,
            content_type=ZIP,
            headers={
                "Content-Disposition": f'attachment; filename="{fetched.name}"',
                "Cache-Control": "no-store",
            },
        )
