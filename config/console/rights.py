"""Sets of rights that roles are made of. Everybody sees names and phones masked; opening them,
reading messages and moving points are rights of their own."""


def view(app: str, *models: str) -> frozenset[str]:
    return frozenset(f"{app}.view_{model}" for model in models)


def edit(app: str, *models: str) -> frozenset[str]:
    return frozenset(f"{app}.{verb}_{model}" for model in models for verb in ("add", "change"))


PLACES = view("members", "store", "channel", "tag")
DOCUMENTS = view(
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
    "benefituse",
    "redemption",
    "challengeprogress",
    "referral",
)
# Taking goods back at the counter: a person at the till of their own store.
REFUND = frozenset({"loyalty.add_refund"})
# Selling at the counter, in one's own stores.
SELL = frozenset({"loyalty.add_order"})
# Letting go of held points, and giving a member's points to another at their wish.
MOVE = frozenset({"loyalty.change_hold", "loyalty.add_transfer"})
PROGRAM = view(
    "loyalty",
    "program",
    "tier",
    "tierchange",
    "earningrule",
    "product",
    "stackinggroup",
    "behaviorrule",
    "coupontype",
    "benefit",
    "benefitweight",
    "reward",
    "challenge",
    "badge",
    "referralprogram",
)
# Looking at a referral that may be one hand, and saying whether it counts.
REVIEW_REFERRALS = frozenset({"loyalty.change_referral"})
# Having failed messages sent again, though some may arrive twice; keeping addresses from any.
RESEND = frozenset({"campaigns.resend_delivery"})
SUPPRESS = view("campaigns", "suppression") | {"campaigns.change_suppression"}
# Giving a coupon to a member costs the shop; voiding one or letting go of it helps at the till.
GIVE = frozenset({"loyalty.add_coupon", "loyalty.add_benefitgrant"})
KEEP = frozenset({"loyalty.change_coupon", "loyalty.add_benefituse", "loyalty.change_benefituse"})
# Redeeming rewards for members, taking their money and handing them over.
REDEEM = frozenset({"loyalty.add_redemption", "loyalty.change_redemption"})
SEE_BATCHES = view("loyalty", "couponbatch")
# Whoever makes codes may take them out, as a file or on paper.
MAKE_CODES = edit("loyalty", "couponbatch")
OFFERS = view("campaigns", "offer", "offeruse")
MARKETING = (
    view(
        "campaigns",
        "campaign",
        "messagetemplate",
        "delivery",
        "marginfloor",
        "suppression",
        "contactpolicy",
        "frequencycap",
        "clerktask",
        "webhookendpoint",
        "stepcall",
    )
    | OFFERS
)
RUNNING = view("members", "job", "joberror", "dispatch", "event")
PRIVACY = view("members", "consent", "auditrecord", "changerecord", "event")
# The registers of privacy: whoever keeps them, and whoever reads them.
SEE_REGISTERS = view(
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
RECEIVE_PRIVACY = frozenset({"members.view_privacyrequest", "members.add_privacyrequest"})
SEE_PRIVACY = view("members", "privacyrequest", "erasure", "holiday", "privacyclock")
DO_PRIVACY = (
    SEE_PRIVACY
    | RECEIVE_PRIVACY
    | edit("members", "holiday")
    | {"members.change_privacyrequest", "members.view_privacyfile", "members.change_privacyclock"}
)
# Parents of minors and objections to profiling are told to whoever serves the member.
NOTE_WISHES = view("members", "guardianconsent") | {
    "members.add_guardianconsent",
    "members.add_consent",
}
KEEP_REGISTERS = (
    SEE_REGISTERS
    | NOTE_WISHES
    | edit("members", "processingpurpose", "recipient", "breach", "breachclock")
    | {"members.add_policydocument", "members.change_retentionrule", "members.add_legalhold"}
)
SALES = view("analytics", "memberday") | {"analytics.view_dashboards"}
# Giving others the filters that one saved; keeping them for oneself needs no right of its own.
SHARE_VIEWS = frozenset({"analytics.share_savedview"})
# What was spent to bring members in.
SEE_SPENDS = view("analytics", "channelspend")
KEEP_SPENDS = SEE_SPENDS | edit("analytics", "channelspend")
# Scores and classes of single members; the cuts that they are made by, and what is published.
SEE_SCORES = view("analytics", "memberscore")
SEE_CUTS = view("analytics", "analyticspolicy", "classtag", "scorecard", "scorecarditem")
SET_CUTS = edit("analytics", "analyticspolicy", "scorecard", "scorecarditem") | {
    "analytics.add_classtag",
    "analytics.delete_scorecarditem",
}
# Groups of members; taking one along as a file is a right of its own, and takes a second person.
SEE_SEGMENTS = view("analytics", "segment")
KEEP_SEGMENTS = SEE_SEGMENTS | edit("analytics", "segment")
EXPORT_SEGMENTS = frozenset({"analytics.export_segment"})
# What single members view, search and like: for whoever serves or addresses them.
BEHAVIOR = view("members", "behaviorevent")
COUNTER = frozenset({"members.view_member", "members.add_member"})
ASK = view("members", "approvalrequest")
DECIDE = ASK | {"members.decide_approvalrequest"}
REVEAL = frozenset({"members.reveal_member"})
ADJUST = frozenset({"loyalty.adjust_account"})
# Apps on members' phones: where somebody is logged in, and the way out for a lost phone.
SEE_APPS = view("members", "membersession")
END_APPS = SEE_APPS | {"members.change_membersession"}
# Points for many members at once; who may run more than a little alone, a table says.
SEE_MANY = view("loyalty", "operation", "operationrow")
DO_MANY = SEE_MANY | edit("loyalty", "operation")
SET_TIER = frozenset({"loyalty.add_tierchange"})
# Answering members: whoever serves them, in the cases of their own stores.
SEE_CASES = view("members", "servicecase", "servicetopic")
ANSWER = SEE_CASES | edit("members", "servicecase")
# What staff should know of a member: all who serve read and write it, some take it away.
NOTE = frozenset({"members.view_membernote", "members.add_membernote"})
KEEP_NOTES = NOTE | {"members.change_membernote"}
# Two cards of one person: whoever serves members proposes a merge, whoever decides sees both.
SEE_PAIRS = view("members", "duplicatecandidate", "membermerge")
MERGE = SEE_PAIRS | {"members.change_duplicatecandidate", "members.add_membermerge"}
PAIR_RULES = view("members", "duplicatepolicy")
TAG = frozenset({"members.add_membertag"})
TAG_RULES = view("members", "tagrule")
SETTINGS = view("members", "user", "apiclient", "accesspolicy") | view("auth", "group")

# What journeys ask people in stores to do.
DO_TASKS = view("campaigns", "clerktask") | {"campaigns.change_clerktask"}

# Who comes to the store and when, and who is in which community: for whoever serves them.
VISITS = (
    view("members", "appointment", "appointmentkind", "community", "communitymembership")
    | {"members.add_appointment", "members.change_appointment"}
    | {"members.add_communitymembership", "members.change_communitymembership"}
)
SEE_VOICES = view(
    "members",
    "survey",
    "surveyresponse",
    "community",
    "communitymembership",
    "appointment",
    "appointmentkind",
)
ASK_MEMBERS = SEE_VOICES | edit("members", "survey", "community")

SERVICE = COUNTER | PLACES | DOCUMENTS | PROGRAM | OFFERS | ASK
MARKETER = (
    PLACES
    | PROGRAM
    | MARKETING
    | SALES
    | SEE_SCORES
    | SEE_CUTS
    | SEE_SPENDS
    | KEEP_SEGMENTS
    | BEHAVIOR
    | SEE_BATCHES
    | ASK
    | view("members", "member", "job")
    | edit("members", "tag", "tagrule")
    | TAG_RULES
    | TAG
    | ASK_MEMBERS
    | edit("campaigns", "campaign", "messagetemplate", "offer")
)
