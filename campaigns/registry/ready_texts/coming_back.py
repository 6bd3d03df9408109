"""To those whom we have not seen for a while."""

from campaigns.registry.ready_texts.shape import COUPON_EN, COUPON_ZH, HELLO_EN, HELLO_ZH, Ready

TEXTS = (
    Ready(
        code="dormant-60",
        name_zh="60 天未光临",
        name_en="Dormant for 60 days",
        subject_zh="好久不见，最近还好吗？",
        subject_en="It's been a while",
        body_zh=HELLO_ZH
        + "\n好久不见。店里上了不少新品，总觉得有几件会合您心意。"
        + "{% if available_points and available_points > 0 %}\n您的 {{ available_points | "
        + "points }} 积分也还在，"
        + "可抵 {{ available_amount | money }}。{% endif %}"
        + COUPON_ZH,
        body_en=HELLO_EN
        + "\nIt's been a while. A lot has come in since, and some of it looks just like you."
        + "{% if available_points and available_points > 0 %}\nYour {{ available_points | "
        + "points }} "
        + "points are still here, worth {{ available_amount | money }}.{% endif %}"
        + COUPON_EN,
    ),
    Ready(
        code="dormant-90",
        name_zh="90 天未光临",
        name_en="Dormant for 90 days",
        subject_zh="想请您回来看看",
        subject_en="We'd love to see you again",
        body_zh=HELLO_ZH
        + "\n三个月没见，我们有些想念。想请您回来坐坐，这份心意请收下。"
        + COUPON_ZH
        + "\n如果我们哪里做得不好，也请告诉我们。",
        body_en=HELLO_EN
        + "\nThree months without you: we've missed you. Come back and have a look around."
        + COUPON_EN
        + "\nAnd if there's something we should have done better, do tell us.",
    ),
    Ready(
        code="health-fallen",
        name_zh="关怀回访",
        name_en="Health fallen",
        subject_zh="最近有什么我们能帮上忙的吗？",
        subject_en="Is there anything we can do for you?",
        body_zh=HELLO_ZH
        + "\n最近是否有不满意的地方？直接告诉{{ store | default: '门店' }}或客服，"
        + "我们一定认真处理。"
        + COUPON_ZH,
        body_en=HELLO_EN
        + "\nHas something not been quite right lately? Tell {{ store | default: 'any store' }} "
        + "or our service team, and we'll see to it."
        + COUPON_EN,
    ),
)
