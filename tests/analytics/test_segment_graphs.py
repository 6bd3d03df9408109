"""What depends on what, without a database."""

from analytics.rules import segment_graphs as graphs

A, B, C, TAG = "segment:a", "segment:b", "segment:c", "tag:vip"


def asks(*codes, field="segments"):
    return {"field": field, "op": "contains", "value": list(codes)}


def test_a_condition_names_segments_and_tags_wherever_they_stand():
    tree = {
        "all": [
            {"not": asks("a")},
            {"any": [asks("b", "c"), asks("vip", field="member.tags")]},
            {"field": "member.gender", "op": "eq", "value": "FEMALE"},
        ]
    }

    assert graphs.references(tree) == {A, B, C, TAG}
    assert graphs.references({}) == set()
    assert graphs.references({"field": "segments", "op": "contains", "value": "a"}) == {A}


def test_a_circle_is_told_with_its_way_and_a_diamond_is_none():
    assert graphs.circle({A: {TAG}, TAG: {B}, B: {A}}, A) == (A, TAG, B, A)
    assert graphs.circle({A: {A}}, A) == (A, A)
    assert graphs.circle({A: {B, C}, B: {TAG}, C: {TAG}}, A) == ()
    # A circle beside it is not this one's.
    assert graphs.circle({A: {B}, B: {C}, C: {B}}, A) == ()


def test_what_others_are_made_of_comes_first_also_where_a_circle_crept_in():
    assert graphs.ordered({A: {TAG}, TAG: {B}, B: set()}) == [B, TAG, A]
    assert sorted(graphs.ordered({A: {B}, B: {A}})) == [A, B]


def test_whether_a_segment_lies_behind_a_tag():
    known = {TAG: {"tag:new"}, "tag:new": {A}, "tag:by_hand": {"tag:other"}}

    assert graphs.leads_to(known, TAG, "segment")
    assert not graphs.leads_to(known, "tag:by_hand", "segment")
