"""What the timeline says of tags, in both languages."""

import pytest
from django.utils.translation import override

from members.admin import sentences
from members.models import Event, Tag

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("type_", "language", "text"),
    [
        ("members.tag.given", "en", "Tagged Likes tea"),
        ("members.tag.given", "zh-hans", "添加标签：爱喝茶"),
        ("members.tag.taken", "en", "Tag Likes tea removed"),
        ("members.tag.taken", "zh-hans", "移除标签：爱喝茶"),
    ],
)
def test_a_tag_that_comes_or_goes_is_told_by_its_name(type_, language, text):
    Tag.objects.create(code="tea", name_zh="爱喝茶", name_en="Likes tea")
    event = Event(pk=1, type=type_, payload={"tag": "tea"})
    with override(language):
        assert sentences.narrate([event])[1].text == text
