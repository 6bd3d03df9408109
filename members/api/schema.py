"""OpenAPI for what msgspec reads and writes: its types become components of the schema."""

from typing import Any

import msgspec
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from oauth2_provider.scopes import get_scopes_backend

from members.api import problems as problem_documents

_REF = "#/components/schemas/{name}"
_structs: dict[str, Any] = {}

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="Your own id of this write. A repeat gets the first answer again, with "
    "Idempotency-Replayed: true; kept for seven days.",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    required=True,
    description="The ETag that you read; 412 when the member has changed since.",
)
IF_MATCH_OPTIONAL = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The ETag that you read; with it, 412 when it has changed since.",
)
CURSOR = OpenApiParameter("cursor", OpenApiTypes.STR, description="From `next` or `previous`.")
LIMIT = OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 100, "default": 50})


class FieldError(msgspec.Struct, kw_only=True):
    """What is wrong with one field; `pointer` is a JSON pointer into the body."""

    code: str
    pointer: str
    detail: str


class Problem(msgspec.Struct, kw_only=True):
    """RFC 9457. `code` is stable; texts follow Accept-Language."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldError]
    request_id: str


def body(struct: Any) -> dict[str, Any]:
    """For `extend_schema(request=…)`."""
    return {"application/json": reference(struct)}


def answer(struct: Any, description: str) -> OpenApiResponse:
    """For one status in `extend_schema(responses=…)`."""
    return OpenApiResponse(response=reference(struct), description=description)


def page(struct: Any, description: str, beside: dict[str, Any] | None = None) -> OpenApiResponse:
    """A cursor page of `struct`; `beside` describes what it says besides, field by field."""
    more = beside or {}
    link = {"type": ["string", "null"], "format": "uri"}
    schema = {
        "type": "object",
        "required": ["next", "previous", "results", *more],
        "properties": {
            "next": link,
            "previous": link,
            "results": {"type": "array", "items": reference(struct)},
            **more,
        },
    }
    return OpenApiResponse(response=schema, description=description)


def problems(*statuses: int) -> dict[Any, Any]:
    """Refusals of a call, besides those that every call has (401, 403, 429)."""
    content_type = problem_documents.CONTENT_TYPE
    described = {401: "No token", 403: "Not enough scopes", 429: "Too many requests"}
    return {
        (status, content_type): OpenApiResponse(
            response=reference(Problem), description=described.get(status, "Refused")
        )
        for status in sorted({*statuses, *described})
    }


def reference(struct: Any) -> dict[str, Any]:
    """A reference to the component that `add_components` makes of `struct`."""
    _structs[struct.__name__] = struct
    return {"$ref": _REF.format(name=struct.__name__)}


def add_components(result: dict[str, Any], **options: Any) -> dict[str, Any]:
    """The hook that puts the referenced types into the schema."""
    _schemas, components = msgspec.json.schema_components(
        list(_structs.values()), ref_template=_REF
    )
    known = result.setdefault("components", {}).setdefault("schemas", {})
    known.update(dict(sorted(components.items())))
    return result


class ClientAuthenticationScheme(OpenApiAuthenticationExtension):
    target_class = "members.api.authentication.ClientAuthentication"
    name = "oauth2"

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        required = auto_schema.view.required_scopes
        return {self.name: list(required.get(auto_schema.method, []))}

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        scopes = {name: str(text) for name, text in get_scopes_backend().get_all_scopes().items()}
        flow = {"tokenUrl": "/oauth/token/", "scopes": scopes}
        return {"type": "oauth2", "flows": {"clientCredentials": flow}}


class AppAuthenticationScheme(OpenApiAuthenticationExtension):
    target_class = "members.api.member_authentication.AppAuthentication"
    name = "app"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "apiKey", "in": "header", "name": "X-Client-Id"}


class MemberAuthenticationScheme(OpenApiAuthenticationExtension):
    target_class = "members.api.member_authentication.MemberAuthentication"
    name = "member"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer"}
