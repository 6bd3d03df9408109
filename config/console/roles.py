"""Which rights each role holds, in one table. What the sets hold: `rights`."""

from collections.abc import Mapping

from config.console import rights
from members.registry.roles import Grants

GRANTS: Grants | Mapping[str, frozenset[str]] = {
    "clerk": rights.COUNTER
    | rights.VISITS
    | rights.PLACES
    | rights.view("loyalty", "order", "refund", "ledgerentry", "account", "behavioraward")
    | rights.view("loyalty", "tier", "product", "coupontype", "coupon")
    | rights.view("loyalty", "reward", "redemption")
    | rights.REDEEM
    | rights.view("loyalty", "challenge", "badge", "benefit", "benefituse")
    | {"loyalty.add_benefituse"}
    | rights.view("campaigns", "offer")
    | rights.DO_TASKS
    | rights.REFUND
    | rights.SELL
    | rights.ANSWER
    | rights.NOTE
    | rights.ASK,
    "store_manager": rights.SERVICE
    | rights.VISITS
    | rights.view("members", "survey")
    | rights.BEHAVIOR
    | rights.MERGE
    | rights.SEE_APPS
    | rights.ANSWER
    | rights.KEEP_NOTES
    | rights.TAG
    | rights.MOVE
    | rights.SELL
    | rights.KEEP
    | rights.REDEEM
    | rights.REFUND
    | rights.SALES
    | rights.SEE_SCORES
    | rights.REVEAL
    | rights.ADJUST
    | rights.DO_TASKS
    | rights.view("members", "consent")
    | rights.view("campaigns", "delivery"),
    "customer_service": rights.SERVICE
    | rights.VISITS
    | rights.DO_TASKS
    | rights.SEE_VOICES
    | rights.RECEIVE_PRIVACY
    | rights.BEHAVIOR
    | rights.SEE_SCORES
    | rights.MERGE
    | rights.NOTE_WISHES
    | rights.ANSWER
    | rights.KEEP_NOTES
    | rights.TAG
    | rights.MOVE
    | rights.KEEP
    | rights.REDEEM
    | rights.GIVE
    | rights.REFUND
    | rights.REVEAL
    | rights.ADJUST
    | rights.SET_TIER
    | rights.REVIEW_REFERRALS
    | rights.view("members", "consent", "event")
    | rights.view("campaigns", "delivery")
    | rights.SUPPRESS
    | rights.END_APPS
    | {"members.change_member", "campaigns.read_delivery"},
    "marketer": rights.MARKETER,
    "marketing_manager": rights.MARKETER
    | rights.KEEP_SPENDS
    | rights.SHARE_VIEWS
    | rights.EXPORT_SEGMENTS
    | rights.edit("members", "appointmentkind")
    | rights.SEE_PAIRS
    | rights.SET_CUTS
    | rights.DOCUMENTS
    | rights.DECIDE
    | rights.ADJUST
    | rights.SET_TIER
    | rights.DO_MANY
    | rights.GIVE
    | rights.KEEP
    | rights.REDEEM
    | rights.MAKE_CODES
    | rights.edit("loyalty", "program", "tier", "earningrule", "product", "stackinggroup")
    | rights.edit("loyalty", "behaviorrule", "coupontype", "reward")
    | rights.edit("loyalty", "challenge", "badge", "referralprogram")
    | rights.edit("loyalty", "benefit", "benefitweight")
    | {"loyalty.delete_benefit"}
    | rights.REVIEW_REFERRALS
    | rights.RESEND
    | rights.SUPPRESS
    | {"loyalty.delete_challenge", "loyalty.delete_referralprogram"}
    | rights.edit("campaigns", "marginfloor", "contactpolicy", "frequencycap"),
    "analyst": rights.PLACES
    | rights.SEE_VOICES
    | rights.TAG_RULES
    | rights.DOCUMENTS
    | rights.PROGRAM
    | rights.MARKETING
    | rights.SALES
    | rights.SHARE_VIEWS
    | rights.SEE_SCORES
    | rights.SEE_CUTS
    | rights.KEEP_SPENDS
    | rights.SEE_SEGMENTS
    | rights.BEHAVIOR
    | rights.SEE_BATCHES
    | rights.view("members", "member", "event", "job", "joberror"),
    "dpo": rights.PLACES
    | rights.BEHAVIOR
    | rights.SEE_PAIRS
    | rights.KEEP_REGISTERS
    | rights.DO_PRIVACY
    | rights.END_APPS
    | rights.PRIVACY
    | rights.REVEAL
    | rights.DECIDE
    | rights.view("members", "member", "user", "apiclient")
    | rights.view("campaigns", "delivery")
    | rights.SUPPRESS
    | {"campaigns.read_delivery"},
    "administrator": rights.SERVICE
    | rights.RESEND
    | rights.SUPPRESS
    | rights.VISITS
    | rights.DO_TASKS
    | rights.edit("campaigns", "webhookendpoint")
    | {"campaigns.change_stepcall"}
    | rights.ASK_MEMBERS
    | rights.edit("members", "appointmentkind")
    | rights.BEHAVIOR
    | rights.MERGE
    | rights.PAIR_RULES
    | rights.edit("members", "duplicatepolicy")
    | rights.KEEP_REGISTERS
    | rights.DO_PRIVACY
    | rights.END_APPS
    | rights.ANSWER
    | rights.KEEP_NOTES
    | rights.TAG
    | rights.TAG_RULES
    | rights.edit("members", "servicetopic", "tagrule")
    | rights.MOVE
    | rights.GIVE
    | rights.KEEP
    | rights.REDEEM
    | rights.SEE_BATCHES
    | rights.MAKE_CODES
    | rights.REFUND
    | rights.MARKETING
    | rights.SALES
    | rights.SHARE_VIEWS
    | rights.SEE_SCORES
    | rights.SEE_CUTS
    | rights.KEEP_SPENDS
    | rights.KEEP_SEGMENTS
    | rights.EXPORT_SEGMENTS
    | rights.SET_CUTS
    | rights.RUNNING
    | rights.PRIVACY
    | rights.DECIDE
    | rights.ADJUST
    | rights.SET_TIER
    | rights.SETTINGS
    | rights.edit("members", "store", "channel", "tag", "user", "apiclient", "accesspolicy")
    | rights.edit("auth", "group")
    | rights.DO_MANY
    | rights.edit("loyalty", "program", "tier", "earningrule", "product", "stackinggroup")
    | rights.edit("loyalty", "behaviorrule", "adjustmentlimit", "coupontype", "reward")
    | rights.edit("loyalty", "challenge", "badge", "referralprogram")
    | rights.edit("loyalty", "benefit", "benefitweight")
    | {"loyalty.delete_benefit"}
    | rights.REVIEW_REFERRALS
    | {"loyalty.delete_challenge", "loyalty.delete_referralprogram"}
    | rights.edit("campaigns", "offer", "marginfloor", "contactpolicy", "frequencycap")
    | rights.view("loyalty", "adjustmentlimit")
    | {"members.change_member", "members.change_job", "members.change_dispatch"},
    "auditor": rights.view("members", "member", "approvalrequest")
    | rights.SEE_VOICES
    | rights.SEE_PAIRS
    | rights.PAIR_RULES
    | rights.SEE_REGISTERS
    | rights.SEE_PRIVACY
    | rights.SEE_APPS
    | rights.SEE_CASES
    | rights.TAG_RULES
    | rights.PLACES
    | rights.DOCUMENTS
    | rights.PROGRAM
    | rights.MARKETING
    | rights.RUNNING
    | rights.PRIVACY
    | rights.SALES
    | rights.SEE_SCORES
    | rights.SEE_CUTS
    | rights.SEE_SPENDS
    | rights.SEE_SEGMENTS
    | rights.BEHAVIOR
    | rights.SEE_MANY
    | rights.SEE_BATCHES
    | rights.view("loyalty", "adjustmentlimit")
    | rights.SETTINGS,
}
