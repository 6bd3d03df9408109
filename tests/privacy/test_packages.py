"""The package of a member's data: complete, proven by its manifest, sealed, bounded, fetched by
two people's yes."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest

from members.errors import NotFound, SameChecker
from members.models import AuditRecord, Job, PrivacyFile, RetentionRule
from members.registry import privacy
from members.services import (
    approvals,
    consents,
    jobs,
    members,
    privacy_exports,
    privacy_packages,
)
from tests import world
from tests.privacy import cases, life

pytestmark = pytest.mark.django_db
NOW = world.NOW


def opened(content):
    return zipfile.ZipFile(io.BytesIO(content))


def rows(archive, section):
    return json.loads(archive.read(f"{section}.json"))


@pytest.fixture
def package(till, staff):
    alice = life.lived(till, staff)
    request = cases.asked(alice, "ACCESS")
    privacy_exports.make(request_id=request.pk, at=NOW)
    return privacy_exports.fetch_own(request_uid=request.uid, member_id=alice.pk, at=NOW)


def test_it_holds_what_is_known_of_both_cards_in_clear(package):
    archive = opened(package.content)

    names = {row["name"] for row in rows(archive, "members.profile")}
    assert names == {life.NAME, life.OLD_NAME}
    values = {row["value"] for row in rows(archive, "members.identities")}
    assert {"+8613800138000", life.EMAIL} <= values
    assert {row["external_id"] for row in rows(archive, "loyalty.orders")} == {"T-1", "T-2"}
    assert {row["note"] for row in rows(archive, "loyalty.points")} == {""}
    assert len(rows(archive, "loyalty.coupons")) == 2
    assert {row["purpose"] for row in rows(archive, "members.consents")} == {"MARKETING"}


def test_the_manifest_counts_rows_and_proves_each_file(package):
    archive = opened(package.content)
    manifest = json.loads(archive.read("manifest.json"))

    assert {one["section"] for one in manifest["files"]} == set(privacy.EXPORT_SECTIONS)
    for one in manifest["files"]:
        content = archive.read(one["name"])
        assert hashlib.sha256(content).hexdigest() == one["sha256"]
        assert len(content) == one["bytes"]
        if one["name"].endswith(".json"):
            assert len(json.loads(content)) == one["rows"]


def test_cells_that_begin_like_a_formula_are_text(alice):
    members.update(member_id=alice.pk, changes={"name": '=HYPERLINK("x")'}, at=NOW)
    built = privacy_packages.build(member_ids=[alice.pk], about={}, at=NOW)

    table = opened(built.content).read("members.profile.csv").decode("utf-8-sig")
    row = next(csv.DictReader(io.StringIO(table)))
    assert row["name"] == '\'=HYPERLINK("x")'


def test_nobody_else_s_data_are_in_it(alice, bob):
    built = privacy_packages.build(member_ids=[alice.pk], about={}, at=NOW)
    whole = b"".join(opened(built.content).read(name) for name in opened(built.content).namelist())
    assert b"13900139000" not in whole
    assert str(bob.uid).encode() not in whole


def test_a_package_above_its_bound_is_refused(alice):
    given = [consents.ConsentGiven("MARKETING", "SMS", True, "2026-01")] * 200
    occasion = consents.Occasion(occurred_at=NOW, source="pos")
    consents.record(member=alice, given=given, occasion=occasion, at=NOW)

    with pytest.raises(privacy_packages.PackageTooLarge):
        privacy_packages.build(member_ids=[alice.pk], about={}, at=NOW, most_bytes=10_000)


def test_staff_get_it_by_two_people_s_yes_and_each_fetch_is_written_down(alice, staff):
    maker, checker = staff
    request = cases.asked(alice, "EXPORT")
    row = privacy_exports.ask(request_id=request.pk, reason="by letter", maker=maker, at=NOW)
    with pytest.raises(SameChecker):
        approvals.approve(request_id=row.pk, checker=maker, at=NOW)
    assert Job.objects.count() == 0

    approvals.approve(request_id=row.pk, checker=checker, at=NOW)
    assert jobs.run(job_id=Job.objects.get().pk, clock=lambda: NOW) == "DONE"

    file = PrivacyFile.objects.get()
    fetched = privacy_exports.fetch(file_uid=file.uid, actor=maker, at=NOW)
    assert hashlib.sha256(fetched.content).hexdigest() == file.sha256
    assert AuditRecord.objects.filter(action="privacy.package_fetched", actor=maker).count() == 1
    # A second run of the job makes no second package.
    assert privacy_exports.make(request_id=request.pk, at=NOW) is None
    clerk = world.operator("zhou", role="clerk", store_codes=["SH01"])
    with pytest.raises(NotFound):
        privacy_exports.fetch(file_uid=file.uid, actor=clerk, at=NOW)


def test_a_package_made_for_the_member_s_own_app_is_not_released_to_staff(alice, bob, staff):
    request = cases.asked(alice, "EXPORT")
    file = privacy_exports.make(request_id=request.pk, at=NOW)

    with pytest.raises(privacy_exports.NotReleased):
        privacy_exports.fetch(file_uid=file.uid, actor=staff[0], at=NOW)
    with pytest.raises(NotFound):
        privacy_exports.fetch_own(request_uid=request.uid, member_id=bob.pk, at=NOW)


def test_it_is_kept_for_the_days_of_the_rule_and_then_emptied(alice):
    RetentionRule.objects.create(category=privacy_exports.CATEGORY, days=2)
    request = cases.asked(alice, "EXPORT")
    file = privacy_exports.make(request_id=request.pk, at=NOW)
    assert file.expires_at == NOW + timedelta(days=2)

    with pytest.raises(privacy_exports.FileExpired):
        privacy_exports.fetch_own(
            request_uid=request.uid, member_id=alice.pk, at=NOW + timedelta(days=2)
        )
    assert privacy_exports.count_old(NOW + timedelta(days=1)) == 1
    assert privacy_exports.empty_old(NOW + timedelta(days=1), 100) == 1
    file.refresh_from_db()
    assert (file.content, file.size_bytes) == ("", 0)


def test_the_package_is_sealed_in_the_database(alice):
    request = cases.asked(alice, "EXPORT")
    file = privacy_exports.make(request_id=request.pk, at=NOW)

    raw = PrivacyFile._meta.get_field("content").value_from_object(PrivacyFile.objects.get()).raw
    assert raw[:1] == b"\x01"
    assert file.content[:32].encode() not in raw
