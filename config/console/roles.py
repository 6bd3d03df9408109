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
    "coupon",
)
# Taking goods back at the counter: a person at the till of their own store.
_REFUND = frozenset({"loyalty.add_refund"})
# Selling at the counter, in one's own stores.
_SELL = frozenset({"loyalty.add_order"})
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
    "coupontype",
)
# Giving a coupon to a member costs the shop; voiding one or letting go of it helps at the till.
_GIVE = frozenset({"loyalty.add_coupon"})
_KEEP = frozenset({"loyalty.change_coupon"})
_SEE_BATCHES = _view("loyalty", "couponbatch")
# Whoever makes codes may take them out, as a file or on paper.
_MAKE_CODES = _edit("loyalty", "couponbatch")
_OFFERS = _view("campaigns", "offer", "offeruse")
_MARKETING = _view("campaigns", "campaign", "messagetemplate", "delivery", "marginfloor") | _OFFERS
_RUNNING = _view("members", "job", "joberror", "dispatch", "event")
_PRIVACY = _view("members", "consent", "auditrecord", "changerecord", "event")
# The registers of privacy: whoever keeps them, and whoever reads them.
_SEE_REGISTERS = _view(
    "members",
    "policydocument",
    "processingpurpose",
    "recipient",
    "disclosure",
    "breach",
    "breachclock",
    "retentionrule",
    "legalhold",
    "guardianconsent",
)
# What members ask by right: received by whoever serves them, carried out by few.
_RECEIVE_PRIVACY = frozenset({"members.view_privacyrequest", "members.add_privacyrequest"})
_SEE_PRIVACY = _view("members", "privacyrequest", "erasure", "holiday", "privacyclock")
_DO_PRIVACY = (
    _SEE_PRIVACY
    | _RECEIVE_PRIVACY
    | _edit("members", "holiday")
    | {"members.change_privacyrequest", "members.view_privacyfile", "members.change_privacyclock"}
)
# Parents of minors and objections to profiling are told to whoever serves the member.
_NOTE_WISHES = _view("members", "guardianconsent") | {
    "members.add_guardianconsent",
    "members.add_consent",
}
_KEEP_REGISTERS = (
    _SEE_REGISTERS
    | _NOTE_WISHES
    | _edit("members", "processingpurpose", "recipient", "breach", "breachclock")
    | {"members.add_policydocument", "members.change_retentionrule", "members.add_legalhold"}
)
_SALES = _view("analytics", "memberday")
# What single members view, search and like: for whoever serves or addresses them.
_BEHAVIOR = _view("members", "behaviorevent")
_COUNTER = frozenset({"members.view_member", "members.add_member"})
_ASK = _view("members", "approvalrequest")
_DECIDE = _ASK | {"members.decide_approvalrequest"}
_REVEAL = frozenset({"members.reveal_member"})
_ADJUST = frozenset({"loyalty.adjust_account"})
# Apps on members' phones: where somebody is logged in, and the way out for a lost phone.
_SEE_APPS = _view("members", "membersession")
_END_APPS = _SEE_APPS | {"members.change_membersession"}
# Points for many members at once; who may run more than a little alone, a table says.
_SEE_MANY = _view("loyalty", "operation", "operationrow")
_DO_MANY = _SEE_MANY | _edit("loyalty", "operation")
_SET_TIER = frozenset({"loyalty.add_tierchange"})
# Answering members: whoever serves them, in the cases of their own stores.
_SEE_CASES = _view("members", "servicecase", "servicetopic")
_ANSWER = _SEE_CASES | _edit("members", "servicecase")
# What staff should know of a member: all who serve read and write it, some take it away.
_NOTE = frozenset({"members.view_membernote", "members.add_membernote"})
_KEEP_NOTES = _NOTE | {"members.change_membernote"}
# Two cards of one person: whoever serves members proposes a merge, whoever decides sees both.
_SEE_PAIRS = _view("members", "duplicatecandidate", "membermerge")
_MERGE = _SEE_PAIRS | {"members.change_duplicatecandidate", "members.add_membermerge"}
_PAIR_RULES = _view("members", "duplicatepolicy")
_TAG = frozenset({"members.add_membertag"})
_TAG_RULES = _view("members", "tagrule")
_SETTINGS = _view("members", "user", "apiclient", "accesspolicy") | _view("auth", "group")

# Who comes to the store and when, and who is in which community: for whoever serves them.
_VISITS = (
    _view("members", "appointment", "appointmentkind", "community", "communitymembership")
    | {"members.add_appointment", "members.change_appointment"}
    | {"members.add_communitymembership", "members.change_communitymembership"}
)
_SEE_VOICES = _view(
    "members",
    "survey",
    "surveyresponse",
    "community",
    "communitymembership",
    "appointment",
    "appointmentkind",
)
_ASK_MEMBERS = _SEE_VOICES | _edit("members", "survey", "community")

_SERVICE = _COUNTER | _PLACES | _DOCUMENTS | _PROGRAM | _OFFERS | _ASK
_MARKETER = (
    _PLACES
    | _PROGRAM
    | _MARKETING
    | _SALES
    | _BEHAVIOR
    | _SEE_BATCHES
    | _ASK
    | _view("members", "member", "job")
    | _edit("members", "tag", "tagrule")
    | _TAG_RULES
    | _TAG
    | _ASK_MEMBERS
    | _edit("campaigns", "campaign", "messagetemplate", "offer")
)

GRANTS: Grants | Mapping[str, frozenset[str]] = {
    "clerk": _COUNTER
    | _VISITS
    | _PLACES
    | _view("loyalty", "order", "refund", "ledgerentry", "account", "behavioraward")
    | _view("loyalty", "tier", "product", "coupontype", "coupon")
    | _view("campaigns", "offer")
    | _REFUND
    | _SELL
    | _ANSWER
    | _NOTE
    | _ASK,
    "store_manager": _SERVICE
    | _VISITS
    | _view("members", "survey")
    | _BEHAVIOR
    | _MERGE
    | _SEE_APPS
    | _ANSWER
    | _KEEP_NOTES
    | _TAG
    | _MOVE
    | _SELL
    | _KEEP
    | _REFUND
    | _SALES
    | _REVEAL
    | _ADJUST
    | _view("members", "consent")
    | _view("campaigns", "delivery"),
    "customer_service": _SERVICE
    | _VISITS
    | _SEE_VOICES
    | _RECEIVE_PRIVACY
    | _BEHAVIOR
    | _MERGE
    | _NOTE_WISHES
    | _ANSWER
    | _KEEP_NOTES
    | _TAG
    | _MOVE
    | _KEEP
    | _GIVE
    | _REFUND
    | _REVEAL
    | _ADJUST
    | _SET_TIER
    | _view("members", "consent", "event")
    | _view("campaigns", "delivery")
    | _END_APPS
    | {"members.change_member", "campaigns.read_delivery"},
    "marketer": _MARKETER,
    "marketing_manager": _MARKETER
    | _edit("members", "appointmentkind")
    | _SEE_PAIRS
    | _DOCUMENTS
    | _DECIDE
    | _ADJUST
    | _SET_TIER
    | _DO_MANY
    | _GIVE
    | _KEEP
    | _MAKE_CODES
    | _edit("loyalty", "program", "tier", "earningrule", "product", "stackinggroup")
    | _edit("loyalty", "behaviorrule", "coupontype")
    | _edit("campaigns", "marginfloor"),
    "analyst": _PLACES
    | _SEE_VOICES
    | _TAG_RULES
    | _DOCUMENTS
    | _PROGRAM
    | _MARKETING
    | _SALES
    | _BEHAVIOR
    | _SEE_BATCHES
    | _view("members", "member", "event", "job", "joberror"),
    "dpo": _PLACES
    | _BEHAVIOR
    | _SEE_PAIRS
    | _KEEP_REGISTERS
    | _DO_PRIVACY
    | _END_APPS
    | _PRIVACY
    | _REVEAL
    | _DECIDE
    | _view("members", "member", "user", "apiclient")
    | _view("campaigns", "delivery")
    | {"campaigns.read_delivery"},
    "administrator": _SERVICE
    | _VISITS
    | _ASK_MEMBERS
    | _edit("members", "appointmentkind")
    | _BEHAVIOR
    | _MERGE
    | _PAIR_RULES
    | _edit("members", "duplicatepolicy")
    | _KEEP_REGISTERS
    | _DO_PRIVACY
    | _END_APPS
    | _ANSWER
    | _KEEP_NOTES
    | _TAG
    | _TAG_RULES
    | _edit("members", "servicetopic", "tagrule")
    | _MOVE
    | _GIVE
    | _KEEP
    | _SEE_BATCHES
    | _MAKE_CODES
    | _REFUND
    | _MARKETING
    | _SALES
    | _RUNNING
    | _PRIVACY
    | _DECIDE
    | _ADJUST
    | _SET_TIER
    | _SETTINGS
    | _edit("members", "store", "channel", "tag", "user", "apiclient", "accesspolicy")
    | _edit("auth", "group")
    | _DO_MANY
    | _edit("loyalty", "program", "tier", "earningrule", "product", "stackinggroup")
    | _edit("loyalty", "behaviorrule", "adjustmentlimit", "coupontype")
    | _edit("campaigns", "offer", "marginfloor")
    | _view("loyalty", "adjustmentlimit")
    | {"members.change_member", "members.change_job", "members.change_dispatch"},
    "auditor": _view("members", "member", "approvalrequest")
    | _SEE_VOICES
    | _SEE_PAIRS
    | _PAIR_RULES
    | _SEE_REGISTERS
    | _SEE_PRIVACY
    | _SEE_APPS
    | _SEE_CASES
    | _TAG_RULES
    | _PLACES
    | _DOCUMENTS
    | _PROGRAM
    | _MARKETING
    | _RUNNING
    | _PRIVACY
    | _SALES
    | _BEHAVIOR
    | _SEE_MANY
    | _SEE_BATCHES
    | _view("loyalty", "adjustmentlimit")
    | _SETTINGS,
}
