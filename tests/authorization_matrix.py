"""Every address, and who may do what there. A new address without a row fails the build.

Written by hand, apart from the code that grants rights: the test compares the two.
"""

from tests import (
    authorization_analytics,
    authorization_benefits,
    authorization_challenges,
    authorization_coupons,
    authorization_journeys,
    authorization_messages,
    authorization_receipts,
    authorization_rewards,
)
from tests.authorization_roles import (
    ADMINISTRATOR,
    ANALYST,
    AUDITOR,
    CLERK,
    CUSTOMER_SERVICE,
    DPO,
    MARKETING,
    MARKETING_MANAGER,
    NOBODY,
    OVERSIGHT,
    SERVICE,
    SHOP_FLOOR,
    STAFF,
    STORE_MANAGER,
    Pages,
)
from tests.authorization_scopes import SCOPES  # noqa: F401 – part of the matrix

# Anybody, without saying who they are.
OPEN = {
    "front",
    "set_language",
    "livez",
    # What is done with members' data, for everybody to read.
    "transparency",
    "policy",
    "readyz",
    # Members who follow what stands in a message: the token in the address is our seal.
    "message-picture",
    "message-link",
    "message-unsubscribe",
    # Providers prove by a signature, or by the secret in the address, who they are.
    "provider-report",
    "provider-report-secret",
    "api-docs",
    "api:schema",
    # These two ask for the client's secret themselves.
    "oauth2_provider:token",
    "oauth2_provider:revoke-token",
    "admin:login",
}

# Of the console, for all who have come in: they show nothing that isn't theirs.
EVERY_OPERATOR = {
    "admin:index",
    "admin:search",
    "admin:logout",
    "admin:password_change",
    # One's own, and nothing but the way in before it is shown.
    "admin:second_factor",
    "admin:second_factor_set_up",
    "admin:second_factor_check",
    "admin:password_change_done",
    "admin:autocomplete",
    "admin:jsi18n",
    "admin:view_on_site",
    "admin:app_list",
    # Leads old or shortened addresses on, and ends in 404 where there is nothing.
    "admin:?",
}


_SEES_CAMPAIGNS = MARKETING | OVERSIGHT | {ANALYST}
_SEES_DOCUMENTS = SHOP_FLOOR | OVERSIGHT | {MARKETING_MANAGER, ANALYST}
_SEES_PROGRAM = SERVICE | MARKETING | OVERSIGHT | {ANALYST}
_SETS_PROGRAM = {MARKETING_MANAGER, ADMINISTRATOR}
_SETS_OFFERS = MARKETING | {ADMINISTRATOR}
_SETTINGS = OVERSIGHT | {DPO}
_RUNS_MANY = {MARKETING_MANAGER, ADMINISTRATOR}

# Who keeps the registers of privacy.
_GUARDS = {DPO, ADMINISTRATOR}
# Who proposes to merge two cards, and who sees what is proposed.
_MERGES = SERVICE | {ADMINISTRATOR}
_SEES_MERGES = _MERGES | {MARKETING_MANAGER, DPO, AUDITOR}

# Of the console: the pages of a table, `admin:<table>_changelist` and so on.
TABLES = {
    **authorization_analytics.TABLES,
    **authorization_benefits.TABLES,
    **authorization_challenges.TABLES,
    **authorization_coupons.TABLES,
    **authorization_journeys.TABLES,
    **authorization_messages.TABLES,
    **authorization_receipts.TABLES,
    **authorization_rewards.TABLES,
    "auth_group": Pages(view=OVERSIGHT, add={ADMINISTRATOR}, change={ADMINISTRATOR}),
    "campaigns_delivery": Pages(view=STAFF - {CLERK}),
    "campaigns_marginfloor": Pages(view=_SEES_CAMPAIGNS, add=_SETS_PROGRAM, change=_SETS_PROGRAM),
    "campaigns_offer": Pages(view=STAFF - {DPO}, add=_SETS_OFFERS, change=_SETS_OFFERS),
    "campaigns_offeruse": Pages(view=_SEES_PROGRAM),
    "loyalty_adjustmentlimit": Pages(view=OVERSIGHT, add={ADMINISTRATOR}, change={ADMINISTRATOR}),
    "loyalty_behaviorrule": Pages(view=_SEES_PROGRAM, add=_SETS_PROGRAM, change=_SETS_PROGRAM),
    # Reviewed by dialogs alone.
    # Made by a dialog of their type.
    "loyalty_earningrule": Pages(view=_SEES_PROGRAM, add=_SETS_PROGRAM, change=_SETS_PROGRAM),
    "loyalty_hold": Pages(view=_SEES_DOCUMENTS - {CLERK}),
    "loyalty_ledgerentry": Pages(view=_SEES_DOCUMENTS),
    "loyalty_lot": Pages(view=_SEES_DOCUMENTS - {CLERK}),
    # Made by a form, changed by services alone.
    "loyalty_operation": Pages(view=_RUNS_MANY | {AUDITOR}, add=_RUNS_MANY),
    "loyalty_order": Pages(view=_SEES_DOCUMENTS),
    "loyalty_product": Pages(view=STAFF - {DPO}, add=_SETS_PROGRAM, change=_SETS_PROGRAM),
    # There is one programme, and no second one can be added.
    "loyalty_program": Pages(view=_SEES_PROGRAM, change=_SETS_PROGRAM),
    "loyalty_refund": Pages(view=_SEES_DOCUMENTS),
    "loyalty_stackinggroup": Pages(view=_SEES_PROGRAM, add=_SETS_PROGRAM, change=_SETS_PROGRAM),
    "loyalty_tier": Pages(view=STAFF - {DPO}, add=_SETS_PROGRAM, change=_SETS_PROGRAM),
    "loyalty_transfer": Pages(view=_SEES_DOCUMENTS - {CLERK}),
    "members_accesspolicy": Pages(view=OVERSIGHT, add={ADMINISTRATOR}, change={ADMINISTRATOR}),
    "members_apiclient": Pages(view=_SETTINGS, change={ADMINISTRATOR}),
    # Booked from the member's page, changed by dialogs and by the buttons of the day.
    "members_appointment": Pages(view=STAFF - {DPO}),
    "members_appointmentkind": Pages(view=STAFF - {DPO}, add=_SETS_PROGRAM, change=_SETS_PROGRAM),
    "members_community": Pages(view=STAFF - {DPO}, add=_SETS_OFFERS, change=_SETS_OFFERS),
    "members_survey": Pages(view=STAFF - {CLERK, DPO}, add=_SETS_OFFERS, change=_SETS_OFFERS),
    "members_approvalrequest": Pages(view=STAFF - {ANALYST}),
    "members_auditrecord": Pages(view=_SETTINGS),
    "members_changerecord": Pages(view=_SETTINGS),
    # Recorded by a form, changed by dialogs alone.
    "members_behaviorevent": Pages(view=STAFF - {CLERK}),
    "members_breach": Pages(view=_SETTINGS, add=_GUARDS),
    "members_breachclock": Pages(view=_SETTINGS, add=_GUARDS, change=_GUARDS),
    "members_channel": Pages(view=STAFF, add={ADMINISTRATOR}, change={ADMINISTRATOR}),
    "members_consent": Pages(view=SERVICE | _SETTINGS),
    "members_disclosure": Pages(view=_SETTINGS),
    "members_dispatch": Pages(view=OVERSIGHT),
    "members_duplicatecandidate": Pages(view=_SEES_MERGES),
    "members_duplicatepolicy": Pages(view=OVERSIGHT, add={ADMINISTRATOR}, change={ADMINISTRATOR}),
    "members_event": Pages(view=_SETTINGS | {CUSTOMER_SERVICE, ANALYST}),
    # Noted by a dialog on the member's page, as are legal holds.
    "members_guardianconsent": Pages(view=_SETTINGS | {CUSTOMER_SERVICE}),
    "members_job": Pages(view=MARKETING | OVERSIGHT | {ANALYST}),
    "members_legalhold": Pages(view=_SETTINGS),
    # Enrolled at the counter, changed through services.
    "members_member": Pages(view=STAFF),
    # Made by an approved request.
    "members_membermerge": Pages(view=_SEES_MERGES),
    # Published once, never changed.
    "members_policydocument": Pages(view=_SETTINGS, add=_GUARDS),
    # Received by a dialog on the member's page, changed by dialogs alone.
    "members_privacyrequest": Pages(view=_SETTINGS | {CUSTOMER_SERVICE}),
    "members_privacyclock": Pages(view=_SETTINGS, change=_GUARDS),
    "members_holiday": Pages(view=_SETTINGS, add=_GUARDS, change=_GUARDS),
    "members_processingpurpose": Pages(view=_SETTINGS, add=_GUARDS, change=_GUARDS),
    "members_recipient": Pages(view=_SETTINGS, add=_GUARDS, change=_GUARDS),
    "members_retentionrule": Pages(view=_SETTINGS, change=_GUARDS),
    "members_store": Pages(view=STAFF, add={ADMINISTRATOR}, change={ADMINISTRATOR}),
    # Opened by a form, changed by dialogs alone.
    "members_servicecase": Pages(view=SHOP_FLOOR | OVERSIGHT, add=SHOP_FLOOR | {ADMINISTRATOR}),
    "members_servicetopic": Pages(
        view=SHOP_FLOOR | OVERSIGHT, add={ADMINISTRATOR}, change={ADMINISTRATOR}
    ),
    "members_tagrule": Pages(
        view=MARKETING | OVERSIGHT | {ANALYST},
        add=MARKETING | {ADMINISTRATOR},
        change=MARKETING | {ADMINISTRATOR},
    ),
    "members_tag": Pages(
        view=STAFF, add=MARKETING | {ADMINISTRATOR}, change=MARKETING | {ADMINISTRATOR}
    ),
    "members_user": Pages(view=_SETTINGS, add={ADMINISTRATOR}, change={ADMINISTRATOR}),
}
TABLE_PAGES = ("changelist", "add", "history", "delete", "change")

_ADJUSTS = SERVICE | {MARKETING_MANAGER, ADMINISTRATOR}
_SETS_TIER = {CUSTOMER_SERVICE, MARKETING_MANAGER, ADMINISTRATOR}
_DECIDES = {MARKETING_MANAGER, DPO, ADMINISTRATOR}
_ENROLLS = SHOP_FLOOR | {ADMINISTRATOR}
_GIVES_COUPONS = {CUSTOMER_SERVICE, MARKETING_MANAGER, ADMINISTRATOR}
_ANSWERS = SHOP_FLOOR | {ADMINISTRATOR}
_PRIVACY_DEEDS = (
    *("verify", "take", "carry_out", "make_package", "erase", "refuse", "withdraw"),
    *("tell_recipient", "answer_recipient"),
)
_CASE_DEEDS = ("reply", "note", "resolve", "wait", "reopen", "assign", "classify", "rate")

# Of the console: deeds and pages of their own.
DEEDS = {
    **authorization_analytics.DEEDS,
    **authorization_benefits.DEEDS,
    **authorization_challenges.DEEDS,
    **authorization_coupons.DEEDS,
    **authorization_rewards.DEEDS,
    **authorization_journeys.DEEDS,
    **authorization_messages.DEEDS,
    **authorization_receipts.DEEDS,
    "admin:loyalty_order_refund": SHOP_FLOOR | {ADMINISTRATOR},
    "admin:loyalty_hold_release": SERVICE | {ADMINISTRATOR},
    "admin:members_counter": STAFF,
    "admin:members_counter_lookup": STAFF,
    "admin:members_counter_card": STAFF,
    "admin:members_counter_enroll": _ENROLLS,
    "admin:loyalty_till": {CLERK, STORE_MANAGER},
    "admin:loyalty_till_receipt": {CLERK, STORE_MANAGER},
    "admin:members_member_search": STAFF,
    **{f"admin:members_servicecase_{deed}": _ANSWERS for deed in _CASE_DEEDS},
    "admin:members_member_open_case": _ANSWERS,
    "admin:members_member_write_note": _ANSWERS,
    "admin:members_member_keep_note": SERVICE | {ADMINISTRATOR},
    "admin:members_member_change_tags": SERVICE | MARKETING | {ADMINISTRATOR},
    "admin:members_tagrule_spoken": MARKETING | {ADMINISTRATOR},
    "admin:members_tagrule_spoken_new": MARKETING | {ADMINISTRATOR},
    "admin:members_tagrule_who_now": MARKETING | OVERSIGHT | {ANALYST},
    "admin:members_tagrule_run_now": MARKETING | {ADMINISTRATOR},
    "admin:members_member_merge_cards": _MERGES,
    "admin:members_membermerge_preview": _SEES_MERGES,
    "admin:members_membermerge_undo_it": _MERGES,
    "admin:members_duplicatecandidate_merge_them": _MERGES,
    "admin:members_duplicatecandidate_dismiss": _MERGES,
    "admin:members_duplicatecandidate_reopen": _MERGES,
    "admin:members_duplicatecandidate_look": _MERGES,
    "admin:members_member_reveal_phone": SERVICE | {DPO},
    "admin:members_member_adjust_points": _ADJUSTS,
    "admin:members_member_transfer_points": SERVICE | {ADMINISTRATOR},
    "admin:members_member_set_tier": _SETS_TIER,
    "admin:members_member_end_tier": _SETS_TIER,
    "admin:members_member_end_sessions": {CUSTOMER_SERVICE, ADMINISTRATOR, DPO},
    "admin:members_member_receive_privacy": _GUARDS | {CUSTOMER_SERVICE},
    **{f"admin:members_privacyrequest_{deed}": _GUARDS for deed in _PRIVACY_DEEDS},
    # Who may see a request; without a package or an erasure there is nothing.
    "admin:members_privacyrequest_package": _SETTINGS | {CUSTOMER_SERVICE},
    "admin:members_privacyrequest_certificate": _SETTINGS | {CUSTOMER_SERVICE},
    "admin:members_member_guardian_consent": _GUARDS | {CUSTOMER_SERVICE},
    "admin:members_member_objection": _GUARDS | {CUSTOMER_SERVICE},
    "admin:members_member_legal_hold": _GUARDS,
    "admin:members_breach_mark_done": _GUARDS,
    "admin:members_breach_contain": _GUARDS,
    "admin:members_breach_raise_it": _GUARDS,
    "admin:members_breach_close_it": _GUARDS,
    **{f"admin:members_breach_{page}": _SETTINGS for page in ("report", "printed")},
    **{f"admin:members_retentionrule_{page}": _SETTINGS for page in ("see_due", "due")},
    "admin:members_processingpurpose_inventory": _SETTINGS,
    "admin:members_member_book_appointment": _ENROLLS,
    "admin:members_member_join_community": _ENROLLS,
    "admin:members_member_leave_community": _ENROLLS,
    "admin:members_appointment_to_day": STAFF - {DPO},
    "admin:members_appointment_day": STAFF - {DPO},
    "admin:members_appointment_mark": _ENROLLS,
    "admin:members_appointment_move": _ENROLLS,
    "admin:members_appointment_cancel_it": _ENROLLS,
    "admin:members_survey_results": STAFF - {CLERK, DPO},
    "admin:members_survey_results_link": STAFF - {CLERK, DPO},
    "admin:members_survey_answers_file": STAFF - {CLERK, STORE_MANAGER, DPO},
    "admin:members_survey_open_it": _SETS_OFFERS,
    "admin:members_survey_close_it": _SETS_OFFERS,
    "admin:members_approvalrequest_approve": _DECIDES,
    "admin:members_approvalrequest_reject": _DECIDES,
    # By the maker alone, whoever that is: of the others nobody.
    "admin:members_approvalrequest_withdraw": NOBODY,
    "admin:members_apiclient_issue": {ADMINISTRATOR},
    "admin:members_apiclient_renew_secret": {ADMINISTRATOR},
    # By who asked for it alone, and once.
    "admin:members_apiclient_fetch_secret": NOBODY,
    "admin:members_apiclient_deactivate": {ADMINISTRATOR},
    "admin:members_user_deactivate": {ADMINISTRATOR},
    "admin:members_user_reset_second_factor": {ADMINISTRATOR},
    "admin:loyalty_operation_run_it": _RUNS_MANY,
    "admin:loyalty_operation_go_on": _RUNS_MANY,
    "admin:loyalty_operation_undo_it": _RUNS_MANY,
    "admin:loyalty_operation_errors_file": _RUNS_MANY | {AUDITOR},
    "admin:members_member_grant_coupon": _GIVES_COUPONS,
    "admin:loyalty_earningrule_publish": _SETS_PROGRAM,
    "admin:loyalty_earningrule_new_version": _SETS_PROGRAM,
    "admin:loyalty_earningrule_stop": _SETS_PROGRAM,
    "admin:loyalty_earningrule_try_it": _SEES_PROGRAM,
    "admin:loyalty_earningrule_what_if": MARKETING | OVERSIGHT | {ANALYST},
    "admin:loyalty_earningrule_try_draft": _SEES_PROGRAM,
    "admin:loyalty_earningrule_spoken": _SETS_PROGRAM,
    "admin:loyalty_earningrule_spoken_new": _SETS_PROGRAM,
    "admin:campaigns_campaign_effect": _SEES_CAMPAIGNS,
    "admin:campaigns_campaign_why": _SEES_CAMPAIGNS,
    "admin:campaigns_offer_publish": _SETS_OFFERS,
    "admin:campaigns_offer_new_version": _SETS_OFFERS,
    "admin:campaigns_offer_stop": _SETS_OFFERS,
    "admin:campaigns_offer_spoken": _SETS_OFFERS,
    "admin:campaigns_offer_spoken_new": _SETS_OFFERS,
    "admin:campaigns_offer_try_it": STAFF - {DPO},
    "admin:campaigns_offer_try_draft": STAFF - {DPO},
    "admin:members_dispatch_redrive": {ADMINISTRATOR},
    "admin:members_dispatch_redrive_all": {ADMINISTRATOR},
    "admin:members_job_cancel": {ADMINISTRATOR},
    "admin:auth_user_password_change": {ADMINISTRATOR},
}
