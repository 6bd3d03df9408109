"""Segments for channels: what there is, and whether a member is in it."""

import pytest

from analytics.services import segment_builds
from members.services import jobs, profiling
from tests.analytics.segment_shop import EVERYBODY, FEMALE, NOW, define

pytestmark = pytest.mark.django_db


@pytest.fixture
def ladies(alice, bob):
    made = define()
    going = segment_builds.start(segment_id=made.pk, at=NOW)
    jobs.run(job_id=going.job_id, clock=lambda: NOW)
    define("unbuilt", EVERYBODY, refresh="BY_HAND")
    return made


def test_segments_are_listed_newest_first_as_their_last_build_left_them(till, ladies):
    listed = till.get("segments").json()

    assert [row["code"] for row in listed["results"]] == ["unbuilt", "ladies"]
    assert listed["results"][0]["members_count"] is None
    assert till.get("segments/ladies").json() == {
        "code": "ladies",
        "name": "Ladies",
        "kind": "DYNAMIC",
        "refresh": "NIGHTLY",
        "version": 1,
        "members_count": 1,
        "as_of": "2026-03-02T06:00:00Z",
        "tag": None,
    }
    assert till.get("segments/nobodys").status_code == 404


def test_a_member_is_in_a_segment_until_they_object(till, ladies, alice, bob):
    shown = till.get(f"members/{alice.uid}/segments").json()
    assert shown == {
        "segments": [{"code": "ladies", "name": "Ladies", "since": "2026-03-02T06:00:00Z"}]
    }
    inside = till.get(f"segments/ladies/members/{alice.uid}").json()
    assert (inside["is_member"], inside["since"]) == (True, "2026-03-02T06:00:00Z")
    outside = till.get(f"segments/ladies/members/{bob.uid}").json()
    assert (outside["is_member"], outside["since"]) == (False, None)

    profiling.refuse(member_id=alice.pk, at=NOW)

    assert till.get(f"members/{alice.uid}/segments").json() == {"segments": []}
    assert till.get(f"segments/ladies/members/{alice.uid}").json()["is_member"] is False
    assert FEMALE["value"] == alice.gender
