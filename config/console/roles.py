"""Which rights each role holds, in one table. Everybody sees names and phones masked; opening
them, reading messages and moving points are rights of their own."""

from collections.abc import Mapping

from members.registry.roles import Grants


def _view(app: str, *models: str) -> frozenset[str]:
    return frozenset(f"{app}.view_{model}" for model in models)


def _edit(app: str, *models: str) -> frozenset[str]:
    return frozenset(f"{app}.{verb}_{model}" for model in models for verb in ("add", "change"))


_PLACES = _view("members", "store", "channel", "tag")
_DOCUMENTS = _view(
    "loyalty",
    "order",
    "refund",
    "ledgerentry",
    "lot",
    "account",
    "behavioraward",
    "hold",
    "transfer",
)
# Taking goods back at the counter: a person at the till of their own store.
_REFUND = frozenset({"loyalty.add_refund"})
# Letting go of held points, and giving a member's points to another at their wish.
_MOVE = frozenset({"loyalty.change_hold", "loyalty.add_transfer"})
_PROGRAM = _view(
    "loyalty",
    "program",
    "tier",
    "tierchange",
    "earningrule",
    "product",
    "stackinggroup",
    "behaviorrule",
)
_MARKETING = _view("campaigns", "campaign", "messagetemplate", "delivery")
_RUNNING = _view("members", "job", "joberror", "dispatch", "event")
_PRIVACY = _view("members", "consent", "auditrecord", "event")
_SALES = _view("analytics", "memberday")
_COUNTER = frozenset({"members.view_member", "members.add_member"})
_ASK = _view("members", "approvalrequest")
_DECIDE = _ASK | {"members.decide_approvalrequest"}
_REVEAL = frozenset({"members.reveal_member"})
_ADJUST = frozenset({"loyalty.adjust_account"})
# Points for many members at once; who may run more than a little alone, a table says.
_SEE_MANY = _view("loyalty", "operation", "operationrow")
_DO_MANY = _SEE_MANY | _edit("loyalty", "operation")
_SET_TIER = frozenset({"loyalty.add_tierchange"})
_SETTINGS = _view("members", "user", "apiclient") | _view("auth", "group")

_SERVICE = _COUNTER | _PLACES | _DOCUMENTS | _PROGRAM | _ASK
_MARKETER = (
    _PLACES
    | _PROGRAM
    | _MARKETING
    | _SALES
    | _ASK
    | _view("members", "member", "job")
    | _edit("members", "tag")
    | _edit("campaigns", "campaign", "messagetemplate")
)

GRANTS: Grants | Mapping[str, frozenset[str]] = {
    "clerk": _COUNTER
    | _PLACES
    | _view("loyalty", "order", "refund", "ledgerentry", "account", "behavioraward")
    | _view("loyalty", "tier", "product")
    | _REFUND
    | _ASK,
    "store_manager": _SERVICE
    | _MOVE
    | _REFUND
    | _SALES
    | _REVEAL
    | _ADJUST
    | _view("members", "consent")
    | _view("campaigns", "delivery"),
    "customer_service": _SERVICE
    | _MOVE
    | _REFUND
    | _REVEAL
    | _ADJUST
    | _SET_TIER
    | _view("members", "consent", "event")
    | _view("campaigns", "delivery")
    | {"members.change_member", "campaigns.read_delivery"},
    "marketer": _MARKETER,
    "marketing_manager": _MARKETER
    | _DOCUMENTS
    | _DECIDE
    | _ADJUST
    | _SET_TIER
    | _DO_MANY
    | _edit("loyalty", "program", "tier", "earningrule", "product", "stackinggroup")
    | _edit("loyalty", "behaviorrule"),
    "analyst": _PLACES
    | _DOCUMENTS
    | _PROGRAM
    | _MARKETING
    | _SALES
    | _view("members", "member", "event", "job", "joberror"),
    "dpo": _PLACES
    | _PRIVACY
    | _REVEAL
    | _DECIDE
    | _view("members", "member", "user", "apiclient")
    | _view("campaigns", "delivery")
    | {"campaigns.read_delivery"},
    "administrator": _SERVICE
    | _MOVE
    | _REFUND
    | _MARKETING
    | _SALES
    | _RUNNING
    | _PRIVACY
    | _DECIDE
    | _ADJUST
    | _SET_TIER
    | _SETTINGS
    | _edit("members", "store", "channel", "tag", "user", "apiclient")
    | _edit("auth", "group")
    | _DO_MANY
    | _edit("loyalty", "program", "tier", "earningrule", "product", "stackinggroup")
    | _edit("loyalty", "behaviorrule", "adjustmentlimit")
    | _view("loyalty", "adjustmentlimit")
    | {"members.change_member", "members.change_job", "members.change_dispatch"},
    "auditor": _view("members", "member", "approvalrequest")
    | _PLACES
    | _DOCUMENTS
    | _PROGRAM
    | _MARKETING
    | _RUNNING
    | _PRIVACY
    | _SALES
    | _SEE_MANY
    | _view("loyalty", "adjustmentlimit")
    | _SETTINGS,
}
