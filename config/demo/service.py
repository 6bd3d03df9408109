"""Service cases, notes and a rule of a tag in the demo: an inbox that has something to do."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from members.models import CaseMessage, Member, Tag, TagRule, User
from members.services import (
    case_messages,
    notes,
    service_case_steps,
    service_cases,
    service_topics,
    tag_rules,
)
from members.services.case_messages import Word
from members.services.notes import Writing
from members.services.service_case_changes import Doing
from members.services.service_cases import CaseOpening


@dataclass(frozen=True)
class _Case:
    """A case of the demo; minutes are from `opened_ago` on, None where it did not happen."""

    topic: str
    kind: str
    medium: str
    subject: str
    text: str
    opened_ago: int
    answer: str = ""
    answered_after: int | None = None
    resolved_after: int | None = None
    satisfaction: int | None = None


_HOUR, _DAY = 60, 1_440
CASES = (
    _Case("delivery", "QUESTION", "CHAT", "包裹三天没有更新", "我的包裹到哪里了？", 18),
    _Case("points", "QUESTION", "CALL", "积分没有到账", "昨天买的东西没有积分。", 3 * _HOUR),
    _Case(
        "return", "RETURN", "STORE", "杯子有裂纹", "打开就是裂的。", _DAY,
        "我们今天给您换一个。", 4, 3 * _HOUR, 5,
    ),
    _Case(
        "product", "QUESTION", "CHAT", "有机奶粉有货吗", "静安店有货吗？", 2 * _DAY,
        "有货，已为您留一罐。", 22, _HOUR, 4,
    ),
    _Case(
        "store", "COMPLAINT", "STORE", "排队太久", "收银台只开了一个。", 5 * _DAY,
        "很抱歉，周末会多开一个收银台。", 45, _DAY, 3,
    ),
    _Case("coupon", "QUESTION", "EMAIL", "优惠券怎么用", "线上可以用吗？", 9 * _DAY, "可以。", 300),
)  # fmt: skip
_NOTES = ("对坚果过敏，推荐零食前请先提醒。", "希望接到电话，不喜欢短信。")
_REGULARS = ("regulars-10", "常客（10 单以上）", "Regulars (10 orders and more)")


def run(*, members: list[Member], at: datetime) -> None:
    """Cases of these members, two notes, and a rule that tags those who come often."""
    service_topics.set_up()
    person = User.objects.filter(groups__name="customer_service").order_by("pk").first()
    for case, member in zip(CASES, members, strict=False):
        _play(case, member, person, at)
    if person is not None:
        for text, member in zip(_NOTES, members, strict=False):
            writing = Writing(actor_id=person.pk, at=at)
            notes.write(member_id=member.pk, text=text, is_pinned=True, writing=writing)
    _tag_regulars()


def _play(case: _Case, member: Member, person: User | None, at: datetime) -> None:
    begins = at - timedelta(minutes=case.opened_ago)
    opening = CaseOpening(
        topic=case.topic,
        medium=case.medium,
        kind=case.kind,
        subject=case.subject,
        text=case.text,
        member_id=member.pk,
        store_id=member.store_id,
    )
    made = service_cases.open_case(opening=opening, doing=Doing(at=begins, source="demo")).case
    actor_id = None if person is None else person.pk

    def after(minutes: int) -> Doing:
        return Doing(at=begins + timedelta(minutes=minutes), actor_id=actor_id, source="demo")

    if case.answered_after is not None:
        word = Word(kind=CaseMessage.Kind.TO_MEMBER, text=case.answer)
        case_messages.add(case_id=made.pk, word=word, doing=after(case.answered_after))
    if case.resolved_after is not None:
        service_case_steps.resolve(case_id=made.pk, doing=after(case.resolved_after))
    if case.satisfaction is not None:
        said = after((case.resolved_after or 0) + 5)
        service_case_steps.rate(case_id=made.pk, satisfaction=case.satisfaction, doing=said)


def _tag_regulars() -> None:
    code, name_zh, name_en = _REGULARS
    tag, _made = Tag.objects.get_or_create(
        code=code, defaults={"name_zh": name_zh, "name_en": name_en}
    )
    if not TagRule.objects.filter(tag=tag).exists():
        condition = {"field": "orders.count", "op": "gte", "value": 10}
        tag_rules.define(rule=TagRule(tag=tag, condition=condition))
