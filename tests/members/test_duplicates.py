"""Pairs that may be one person: found over blind indexes, decided by people."""

from datetime import date, timedelta
from typing import Any

import pytest

from members.errors import AlreadyDecided, ReasonRequired
from members.models import DuplicateCandidate, DuplicatePolicy, Job, Member
from members.registry.privacy import Erasing
from members.services import duplicate_merges, duplicates, jobs, merge_undos, merges
from members.services import members as member_service
from members.services.identities import IdentityClaim
from members.services.members import Registration
from tests import world
from tests.world import NOW

pytestmark = pytest.mark.django_db
BORN = date(1990, 5, 17)
OLDER = date(1961, 5, 18)


@pytest.fixture(autouse=True)
def _shop(keys_made: None) -> None:
    world.open_shop()


def card(phone: str, email: str = "", device: str = "", **options: Any) -> Member:
    claims = [IdentityClaim("PHONE", phone)]
    claims += [IdentityClaim("EMAIL", email)] if email else []
    return world.register(
        Registration(
            identities=tuple(claims),
            metadata={"device_id": device} if device else {},
            **{"channel": "pos", **options},
        ),
        at=NOW,
    )


def find(at: Any = NOW) -> duplicates.Found:
    found = duplicates.Found()
    list(duplicates.find(at=at, found=found))
    return found


def pairs(state: str = "OPEN") -> dict[tuple[int, int], int]:
    rows = DuplicateCandidate.objects.filter(state=state)
    return {(row.first_id, row.second_id): row.score for row in rows}


def the_pair() -> DuplicateCandidate:
    return DuplicateCandidate.objects.get()


def two_of_one_name(**options: Any) -> tuple[Member, Member]:
    return (
        card("13800138001", name="张爱丽", birthday=BORN, **options),
        card("13900139002", name="張爱丽".replace("張", "张"), birthday=BORN, **options),
    )


def test_a_loose_email_brings_two_cards_together():
    one = card("13800138001", "a.lice@gmail.com")
    two = card("13900139002", "Alice+shop@gmail.com")
    card("13700137003", "bob@gmail.com")
    assert find().new == 1
    assert pairs() == {(one.pk, two.pk): 70}
    assert the_pair().reasons == {"email": 70}


def test_name_and_birthday_last_four_or_store_bring_them_together():
    one, two = two_of_one_name()
    three = card("13700130001", name="李四")
    four = card("13600130001", name="李四")
    five = card("13500135005", name="王五", store="SH01")
    six = card("13500135006", name="王五", store="SH01")
    card("13500135007", name="王五", store="BJ01")
    find()
    assert pairs() == {
        (one.pk, two.pk): 60,
        (three.pk, four.pk): 50,
        (five.pk, six.pk): 45,
    }


def test_what_differs_takes_points_away():
    card("13800130001", name="李四", birthday=BORN)
    card("13900130001", name="李四", birthday=OLDER)
    card("13500135005", name="王五", store="SH01", gender="MALE")
    card("13500135006", name="王五", store="SH01", gender="FEMALE")
    find()
    assert pairs() == {}


def test_a_device_counts_with_the_store_and_its_key_is_a_setting():
    one = card("13800138001", device="d-1", store="SH01")
    two = card("13900139002", device="d-1", store="SH01")
    find()
    assert pairs() == {(one.pk, two.pk): 55}
    policy = DuplicatePolicy(pk=1, device_keys=["other"])
    policy.save()
    assert find().gone == 1
    assert pairs("GONE") == {(one.pk, two.pk): 55}


def test_a_name_that_too_many_share_makes_no_pairs_and_is_counted():
    DuplicatePolicy(pk=1, group_limit=3).save()
    for number in range(4):
        card(f"1380013800{number}", name="张伟", store="SH01")
    found = find()
    assert (found.new, found.skipped) == (0, 1)


def test_no_more_than_the_limit_of_new_pairs_comes_at_once_the_best_first():
    DuplicatePolicy(pk=1, new_limit=1).save()
    one, two = two_of_one_name(store="SH01")
    card("13500135005", name="王五", store="SH01")
    card("13500135006", name="王五", store="SH01")
    assert find().left_out == 1
    assert pairs() == {(one.pk, two.pk): 75}
    assert find().new == 1


def test_finding_again_changes_nothing():
    two_of_one_name()
    find()
    again = find(NOW + timedelta(days=1))
    assert (again.new, again.changed, again.gone) == (0, 0, 0)
    assert the_pair().found_at == NOW


def test_a_pair_that_is_no_longer_alike_leaves_and_comes_back():
    one, _two = two_of_one_name()
    find()
    member_service.update(member_id=one.pk, changes={"name": "别人"}, at=NOW)
    find()
    assert the_pair().state == "GONE"
    member_service.update(member_id=one.pk, changes={"name": "张爱丽"}, at=NOW)
    find()
    assert the_pair().state == "OPEN"


def test_a_dismissed_pair_stays_so_until_something_new_is_shared():
    boss = world.operator("boss", role="administrator")
    _one, two = two_of_one_name()
    find()
    with pytest.raises(ReasonRequired):
        duplicates.dismiss(candidate_id=the_pair().pk, note=" ", actor_id=boss.pk, at=NOW)
    duplicates.dismiss(candidate_id=the_pair().pk, note="twins", actor_id=boss.pk, at=NOW)
    with pytest.raises(AlreadyDecided):
        duplicates.dismiss(candidate_id=the_pair().pk, note="twins", actor_id=boss.pk, at=NOW)
    find()
    assert (the_pair().state, the_pair().note) == ("DISMISSED", "twins")
    Member.objects.filter(pk=two.pk).update(metadata={"device_id": "d-9"})
    find()
    assert the_pair().state == "DISMISSED"
    Member.objects.update(metadata={"device_id": "d-9"})
    find()
    assert (the_pair().state, the_pair().score) == ("OPEN", 100)


def test_a_merge_closes_the_pair_and_carries_what_was_dismissed():
    boss = world.operator("boss", role="administrator")
    one, two = two_of_one_name()
    three = card("13700137003", name="张爱丽", birthday=BORN)
    find()
    twins = DuplicateCandidate.objects.get(first=two, second=three)
    duplicates.dismiss(candidate_id=twins.pk, note="twins", actor_id=boss.pk, at=NOW)
    sisters = DuplicateCandidate.objects.get(first=one, second=three)
    sisters.delete()
    merges.merge(survivor_id=one.pk, retired_id=two.pk, actor_id=boss.pk, at=NOW)
    assert pairs("MERGED") == {(one.pk, two.pk): 60}
    assert set(pairs("DISMISSED")) == {(two.pk, three.pk), (one.pk, three.pk)}
    find()
    assert pairs() == {}
    row = merges.MemberMerge.objects.get()
    merge_undos.undo(merge_id=row.pk, actor_id=boss.pk, at=NOW)
    assert set(pairs("DISMISSED")) == {(two.pk, three.pk), (one.pk, two.pk)}


def test_an_erased_member_leaves_no_pair():
    one, _two = two_of_one_name()
    find()
    duplicate_merges.erase(Erasing(member_ids=(one.pk,), actor_id=None, at=NOW))
    assert not DuplicateCandidate.objects.exists()


def test_the_job_says_what_it_found_and_runs_once_for_two_who_ask():
    two_of_one_name()
    job = duplicates.start(actor_id=None, at=NOW)
    assert duplicates.start(actor_id=None, at=NOW).pk == job.pk
    assert jobs.run(job_id=job.pk, clock=lambda: NOW) == "DONE"
    result = Job.objects.get(pk=job.pk).result
    assert (result["pairs"], result["new"], result["skipped"]) == (1, 1, 0)


def test_closed_pairs_go_in_time_and_dismissed_ones_stay():
    two_of_one_name()
    find()
    DuplicateCandidate.objects.update(state="GONE", decided_at=NOW - timedelta(days=400))
    assert duplicate_merges.remove(NOW - timedelta(days=365), 10) == 1
