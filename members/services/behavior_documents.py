"""Behavior events as channels send them: a type for each kind, made of the list of kinds.

Strict to the last field: an attribute that the kind doesn't have is refused with its place.
"""

from datetime import datetime
from typing import Annotated, Any, Literal, Union, cast

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from members.rules import behavior_events as rules
from members.rules import instants
from members.rules.behavior_events import Attribute, Flag, Kind, Quantity, Text, Whole

PERSONAL = "personal data is left out of events"
MOST_IN_A_BATCH = 500

IdentityType = Literal[
    "id", "card", "phone", "email", "wechat_openid", "wechat_unionid", "alipay_uid", "external"
]
ExternalId = Annotated[str, Meta(min_length=1, max_length=64)]
# An id that the channel made up, never an address or a phone.
Visitor = Annotated[str, Meta(max_length=64, pattern=r"^[\x21-\x3f\x41-\x7e]*$")]
Code = Annotated[str, Meta(max_length=40)]
_Object = Annotated[str, Meta(max_length=80)]
_SomeObject = Annotated[str, Meta(max_length=80, pattern=r"\S")]
_Dwell = Annotated[int, Meta(ge=0, le=rules.MOST_DWELL_SECONDS)]


class NamedMember(Struct, frozen=True, forbid_unknown_fields=True):
    """A member by one identity: card, phone, email, wechat_openid, wechat_unionid, alipay_uid,
    external (with `issuer`), or `id`."""

    type: IdentityType
    value: Annotated[str, Meta(min_length=1, max_length=254)]
    issuer: Code = ""


class BehaviorEventDocument(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What all kinds have. `visitor` is the channel's own id of somebody who may not have said
    who they are."""

    external_id: ExternalId
    occurred_at: Annotated[datetime, Meta(tz=True)]
    member: NamedMember | None = None
    visitor: Visitor = ""
    channel: Code = ""

    def __post_init__(self) -> None:
        instants.check(self.occurred_at)
        if rules.looks_personal(self.visitor) or rules.is_address(getattr(self, "object", "")):
            raise ValueError(PERSONAL)


class AttributesDocument(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What may be said of a kind: codes and figures."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, str) and rules.looks_personal(value):
                raise ValueError(PERSONAL)


def _camel(code: str) -> str:
    return "".join(part.capitalize() for part in code.split("_"))


def _type(attribute: Attribute) -> Any:
    if isinstance(attribute, Text):
        return Annotated[str, Meta(max_length=attribute.max_length)]
    if isinstance(attribute, Whole):
        return Annotated[int, Meta(ge=attribute.least, le=attribute.most)]
    if isinstance(attribute, Quantity):
        return Annotated[str, Meta(pattern=r"^\d{1,10}(\.\d{1,3})?$")]
    assert isinstance(attribute, Flag)
    return bool


def _attributes(kind: Kind) -> type[AttributesDocument]:
    fields = [
        (name, _type(attribute) | UnsetType, UNSET) for name, attribute in kind.allowed.items()
    ]
    made: Any = msgspec.defstruct(
        f"{_camel(kind.code)}Attributes",
        fields,
        bases=(AttributesDocument,),
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
        module=__name__,
    )
    return cast("type[AttributesDocument]", made)


def _document(kind: Kind) -> type[BehaviorEventDocument]:
    fields: list[Any] = []
    if kind.object:
        fields.append(("object", _SomeObject) if kind.needs_object else ("object", _Object, ""))
    if kind.needs_store:
        fields.append(("store", Annotated[str, Meta(min_length=1, max_length=40)]))
    else:
        fields.append(("store", Code, ""))
    if kind.has_dwell:
        fields.append(("dwell_seconds", _Dwell | None, None))
    attributes = _attributes(kind)
    fields.append(("attributes", attributes, msgspec.field(default_factory=attributes)))
    made: Any = msgspec.defstruct(
        f"{_camel(kind.code)}Event",
        fields,
        bases=(BehaviorEventDocument,),
        tag_field="kind",
        tag=kind.code,
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
        module=__name__,
    )
    return cast("type[BehaviorEventDocument]", made)


DOCUMENTS = {code: _document(kind) for code, kind in rules.KINDS.items()}
# What a body is read as: the kind says which of them.
ANY_DOCUMENT: Any = Union[tuple(DOCUMENTS.values())]  # noqa: UP007


def kind_of(document: BehaviorEventDocument) -> str:
    """The code of the event's kind."""
    return str(document.__struct_config__.tag)


def attributes_of(document: BehaviorEventDocument) -> bytes:
    """What was said of it, as JSON."""
    return msgspec.json.encode(getattr(document, "attributes"))  # noqa: B009
