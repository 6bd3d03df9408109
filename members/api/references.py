"""How a channel names a member in a body: by any identity, or by our id."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from members.api import bodies
from members.errors import NotFound
from members.models import Member
from members.selectors import members

ReferenceType = Literal[
    "id", "card", "phone", "email", "wechat_openid", "wechat_unionid", "alipay_uid", "external"
]


class MemberNamed(bodies.Strict):
    """A member by `id` or by an identity, however it is spelled; `issuer` names the app or system
    of an id."""

    type: ReferenceType
    value: Annotated[str, Meta(min_length=1, max_length=254)]
    issuer: Annotated[str, Meta(max_length=40)] = ""


def member_of(named: MemberNamed) -> Member:
    """The member; of merged ones the survivor.

    Raises: NotFound, also for a text that is no identity of its kind.
    """
    if named.type == "id":
        try:
            return members.by_uid(uid=UUID(named.value))
        except ValueError:
            raise NotFound("there is no such member") from None
    found = members.find(kind=named.type.upper(), value=named.value, issuer=named.issuer)
    if found is None:
        raise NotFound("there is no such member")
    return found
