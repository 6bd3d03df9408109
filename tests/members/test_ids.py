"""Ids that the outside sees."""

from concurrent.futures import ThreadPoolExecutor

import time_machine

from members import ids


def test_an_id_is_a_uuid_of_version_7_and_the_rfc_variant():
    made = ids.uuid7()
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"


def test_each_id_is_greater_than_the_one_before():
    made = [ids.uuid7() for _ in range(10_000)]
    assert made == sorted(set(made))


def test_the_first_48_bits_are_the_milliseconds(monkeypatch):
    # Put back afterwards, or all later ids of this process would be of the year 2100.
    monkeypatch.setattr(ids, "_last", 0)
    with time_machine.travel("2100-01-01T00:00:00Z", tick=False):
        assert ids.uuid7().int >> 80 == 4_102_444_800_000


def test_ids_keep_their_order_when_the_clock_goes_back():
    before = ids.uuid7()
    with time_machine.travel("2020-01-01T00:00:00Z", tick=False):
        assert ids.uuid7() > before


def test_threads_never_make_the_same_id():
    with ThreadPoolExecutor(8) as pool:
        batches = pool.map(lambda _: [ids.uuid7() for _ in range(2_000)], range(8))
    made = [one for batch in batches for one in batch]
    assert len(set(made)) == 16_000
