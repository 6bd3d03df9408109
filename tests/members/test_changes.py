"""The trail of changes: written by the database whoever writes; secrets and people left out."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.db import DatabaseError, connection, transaction

from loyalty.models import Tier
from members.models import ApiClient, ChangeRecord, Member, Tag, User
from members.registry import changes as registry
from members.services import changes, members
from members.services.changes import Origin, Person
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(keys_made):
    world.open_shop()


def last(table):
    return ChangeRecord.objects.filter(table=table).latest("pk")


def test_a_change_says_what_who_why_and_from_where(shop):
    approval = uuid4()
    tag = Tag.objects.create(code="vip", name_en="VIP")
    origin = Origin(
        place="POST /console/members/tag/1/change/",
        who=lambda: Person(actor_id=7),
        why=lambda: "It's 100 % clearer",
        request_id="r-1",
        address="203.0.113.9",
        approval=approval,
    )

    with changes.coming_from(origin):
        Tag.objects.filter(pk=tag.pk).update(name_en="100 % 'VIP'")

    record = last("members_tag")
    assert (record.kind, record.row_id) == ("UPDATE", str(tag.pk))
    assert (record.before, record.after) == ({"name_en": "VIP"}, {"name_en": "100 % 'VIP'"})
    assert (record.actor_id, record.client_id) == (7, None)
    assert (record.origin, record.reason) == (origin.place, "It's 100 % clearer")
    assert (record.request_id, record.address, record.approval) == (
        "r-1",
        "203.0.113.9",
        approval,
    )


def test_what_no_text_of_the_database_holds_is_left_out_of_the_trail(shop):
    tag = Tag.objects.create(code="vip", name_en="VIP")

    with changes.coming_from(Origin(place="POST /\0/", why=lambda: "because\0 of")):
        Tag.objects.filter(pk=tag.pk).update(name_en="A")

    assert (last("members_tag").origin, last("members_tag").reason) == ("POST //", "because of")


def test_nothing_of_a_change_is_left_for_the_next_one(shop):
    tag = Tag.objects.create(code="vip", name_en="VIP")
    with changes.coming_from(Origin(place="a door", who=lambda: Person(actor_id=7))):
        Tag.objects.filter(pk=tag.pk).update(name_en="A")
    Tag.objects.filter(pk=tag.pk).update(name_en="B")

    assert last("members_tag").actor_id is None
    assert last("members_tag").origin != "a door"


def test_what_is_typed_past_the_product_names_the_database_s_user(django_db_blocker, shop):
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('regulars.context', '', true)")
        # No statement of ours begins like this, so nobody told who it was.
        cursor.execute(
            "WITH changed AS (UPDATE loyalty_tier SET name_en = 'Free' RETURNING 1) SELECT 1"
        )
        cursor.execute("SELECT session_user")
        (user,) = cursor.fetchone()

    assert last("loyalty_tier").origin == f"sql {user}"
    assert last("loyalty_tier").after == {"name_en": "Free"}


def test_a_row_that_stays_as_it_was_leaves_no_record(shop):
    tier = Tier.objects.first()
    count = ChangeRecord.objects.count()

    tier.save()
    User.objects.create(username="u").save()
    User.objects.update(last_login=world.NOW)

    # The new account, and neither the tier nor the log-in.
    assert ChangeRecord.objects.count() == count + 1


def test_passwords_secrets_and_names_of_staff_never_stand_in_the_trail(shop):
    user = User.objects.create_user("cleo", password="first-password", last_name="Chen")
    user.set_password("second-password")
    user.save()
    client = world.api_client(secret="a-secret-of-a-client")
    hashes = [user.password, ApiClient.objects.get(pk=client.pk).client_secret]

    told = str(list(ChangeRecord.objects.values_list("before", "after")))
    assert last("members_user").after == {"password": "sealed"}
    assert not [one for one in (*hashes, "Chen", "a-secret") if one in told]


def test_of_members_the_trail_keeps_which_columns_changed_and_no_value_that_says_who(shop):
    alice = world.register(world.ALICE)
    count = ChangeRecord.objects.count()

    members.update(member_id=alice.pk, changes={"name": "Lissy", "language": "en"}, at=world.NOW)
    Member.objects.filter(pk=alice.pk).update(is_profiled=False)

    told = list(ChangeRecord.objects.order_by("pk").values_list("after", flat=True)[count:])
    assert told == [{"name": "sealed", "language": "sealed"}, {"is_profiled": False}]


def test_links_stand_under_the_object_that_they_belong_to(shop):
    cleo = world.operator("cleo", role="clerk", store_codes=["SH01"])

    given = last("members_user_groups")
    assert (given.row_id, given.after["group_id"]) == (
        str(cleo.pk),
        Group.objects.get(name="clerk").pk,
    )
    assert "members_user_groups" in registry.tables_of("members_user")


def test_the_trail_can_not_be_changed_deleted_or_truncated(shop):
    for statement in (
        "UPDATE members_changerecord SET reason = 'x'",
        "DELETE FROM members_changerecord",
        "TRUNCATE members_changerecord",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    assert ChangeRecord.objects.exists()


def test_code_and_database_agree_on_what_is_tracked(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'record_change'"
        )
        tables = {table for (table,) in cursor.fetchall()}

    assert tables == registry.TRACKED.keys()


# Facts with a history of their own, or rows that come and go with work.
UNTRACKED = frozenset(
    {
        "analytics_classchange",
        "analytics_classday",
        "analytics_classmove",
        "analytics_cohortmonth",
        "analytics_kpiday",
        "analytics_memberday",
        "analytics_membermetrics",
        "analytics_membermonth",
        "analytics_memberscore",
        "analytics_pointsday",
        "analytics_purchaseday",
        "analytics_purchasegap",
        "analytics_scoregroup",
        "analytics_segmentbuild",
        "analytics_segmentfile",
        "analytics_segmenthit",
        "analytics_segmentmember",
        "analytics_segmentmove",
        "analytics_segmentoverride",
        "analytics_segmentversion",
        "analytics_staleday",
        "analytics_stalemember",
        "analytics_stalepoints",
        "campaigns_campaignprize",
        "campaigns_campaignversion",
        "campaigns_clerktask",
        "campaigns_contactcredit",
        "campaigns_creditreport",
        "campaigns_delivery",
        "campaigns_enrollment",
        "campaigns_offeruse",
        "campaigns_orderquote",
        "campaigns_parkedreceipt",
        "campaigns_quotelock",
        "campaigns_receipt",
        "campaigns_run",
        "campaigns_stepcall",
        "campaigns_steprecord",
        "loyalty_benefitgrant",
        "loyalty_benefitholder",
        "loyalty_benefitnotice",
        "loyalty_benefitperiod",
        "loyalty_benefituse",
        "loyalty_account",
        "loyalty_behavioraward",
        "loyalty_challengeaward",
        "loyalty_challengeprogress",
        "loyalty_challengestep",
        "loyalty_coupon",
        "loyalty_couponbatch",
        "loyalty_couponmove",
        "loyalty_hold",
        "loyalty_holdpart",
        "loyalty_lapsenotice",
        "loyalty_ledgerentry",
        "loyalty_lot",
        "loyalty_lotextension",
        "loyalty_lotmovement",
        "loyalty_memberbadge",
        "loyalty_memberbadgekey",
        "loyalty_operation",
        "loyalty_operationrow",
        "loyalty_operationupload",
        "loyalty_order",
        "loyalty_orderbonus",
        "loyalty_orderline",
        "loyalty_pool",
        "loyalty_pooluse",
        "loyalty_prizegrant",
        "loyalty_referral",
        "loyalty_referralcode",
        "loyalty_referralinvitation",
        "loyalty_referralstep",
        "loyalty_referraltrace",
        "loyalty_redemption",
        "loyalty_redemptionmove",
        "loyalty_refund",
        "loyalty_refundline",
        "loyalty_rulebudget",
        "loyalty_ruleuse",
        "loyalty_tierchange",
        "loyalty_transfer",
        "members_appointment",
        "members_approvalrequest",
        "members_auditrecord",
        "members_behaviorevent",
        "members_breach",
        "members_breachduty",
        "members_casemessage",
        "members_changerecord",
        "members_communitymembership",
        "members_consent",
        "members_disclosure",
        "members_dispatch",
        "members_duplicatecandidate",
        "members_erasure",
        "members_event",
        "members_guardianconsent",
        "members_heartbeat",
        "members_idempotencykey",
        "members_indexkey",
        "members_job",
        "members_joberror",
        "members_keycanary",
        "members_keyencryptionkey",
        "members_measure",
        "members_memberkey",
        "members_membermerge",
        "members_membernote",
        "members_membersession",
        "members_membertag",
        "members_membertoken",
        "members_onetimecode",
        "members_policydocument",
        "members_privacyfile",
        "members_privacyrequest",
        "members_recipientnotice",
        "members_servicecase",
        "members_submission",
        "members_surveyresponse",
    }
)


def test_every_table_is_tracked_or_has_a_reason_not_to_be():
    from django.apps import apps

    ours = {
        model._meta.db_table
        for label in ("members", "loyalty", "analytics", "campaigns")
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
    }

    assert ours - registry.TRACKED.keys() - UNTRACKED == set()


def test_tables_of_orders_are_told_nothing():
    assert not changes.is_tracked('INSERT INTO "loyalty_order" ("id") VALUES (1)')
    assert not changes.is_tracked("SELECT loyalty_post('{}')")
    assert changes.is_tracked('UPDATE "loyalty_tier" SET "name_en" = %s')
    assert changes.is_tracked("delete from loyalty_tier")
