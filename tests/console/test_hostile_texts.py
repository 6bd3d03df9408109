"""What was typed to be run is shown as words on every page, and finds nobody in a search."""

import uuid

import pytest
from django.urls import reverse

from loyalty.models import Product
from members.models import Member, Store, Tag, User
from members.services import notes, service_cases, service_topics
from members.services.identities import IdentityClaim
from members.services.members import Registration
from members.services.service_case_changes import Doing
from members.services.service_cases import CaseOpening
from tests import hostile, world
from tests.console import staff

pytestmark = pytest.mark.django_db
# What would run, if it stood in a page as it was typed.
RAW = [text for text in hostile.MARKUP if "<" in text]


@pytest.fixture
def chief(shop):
    return staff.logged_in("boss", "administrator")


@pytest.fixture
def alice(chief):
    """A member of whom everything that people write is hostile."""
    text = "".join(hostile.MARKUP)[:100]
    member = world.register(
        Registration(
            identities=(IdentityClaim("PHONE", world.ALICE_PHONE),),
            name=text,
            store="SH01",
            metadata={"note": text},
        )
    )
    service_topics.set_up()
    opening = CaseOpening(topic="other", medium="CHAT", subject=text, member_id=member.pk)
    service_cases.open_case(opening=opening, doing=Doing(at=world.NOW))
    author = User.objects.get(username="boss")
    notes.write(
        member_id=member.pk,
        text=text,
        is_pinned=True,
        writing=notes.Writing(actor_id=author.pk, at=world.NOW),
    )
    Tag.objects.create(code="x", name_zh=text, name_en=text)
    Product.objects.create(sku="X", name_zh=text, name_en=text)
    Store.objects.filter(code="BJ01").update(name_zh=text, name_en=text)
    return member


def pages(member):
    own = reverse("admin:members_member_change", args=[member.pk])
    case = member.service_cases.get()
    return [
        reverse("admin:index"),
        *(f"{own}?tab={tab}" for tab in ("timeline", "profile", "service", "notes", "consents")),
        reverse("admin:members_servicecase_change", args=[case.pk]),
        *(
            reverse(f"admin:{table}_changelist")
            for table in (
                "members_member",
                "members_servicecase",
                "members_tag",
                "members_store",
                "members_event",
                "members_auditrecord",
                "members_changerecord",
                "loyalty_product",
            )
        ),
    ]


def test_no_page_shows_markup_as_it_was_typed(chief, alice):
    for path in pages(alice):
        shown = staff.text(chief.get(path))
        assert [text for text in RAW if text in shown] == [], path


@pytest.mark.parametrize("text", hostile.TEXTS)
def test_a_hostile_search_finds_nobody_and_answers(chief, alice, text):
    for path, name in (
        ("/console/counter/lookup/", "text"),
        ("/console/search/", "s"),
        (reverse("admin:members_member_search"), "text"),
    ):
        found = chief.post(path, {name: text}, headers={"HX-Request": "true"})
        assert found.status_code in (200, 302, 400), path
        assert alice.card_number not in found.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "password__startswith=x",
        "key__wrapped__isnull=0",
        "identities__digest=1",
        "card_number__regex=(",
        "store__id__exact=1%20OR%201=1",
        "o=1;DROP",
        "p=99999999999999999999",
        "registered_by__password__startswith=a",
    ],
)
def test_a_made_up_filter_tells_nothing(chief, alice, query):
    answer = chief.get(f"{reverse('admin:members_member_changelist')}?{query}")

    assert answer.status_code in (200, 302, 400)
    assert Member.objects.filter(pk=alice.pk).exists()


def test_a_form_with_fields_that_it_does_not_have_sets_none_of_them(shop):
    clerk = staff.logged_in("wang", "clerk", ["SH01"])
    filled = {
        "submission": str(uuid.uuid4()),
        "phone": world.BOB_PHONE,
        "name": "Bob",
        "store": str(Store.objects.get(code="SH01").pk),
        **{name: str(value) for name, value in hostile.FIELDS.items()},
    }

    clerk.post("/console/counter/enroll/", filled)

    member = Member.objects.get()
    assert (member.state, member.version, member.merged_into_id) == ("ACTIVE", 1, None)
    assert member.card_number != "1"
    assert not User.objects.get(username="wang").is_superuser
