"""Points, tiers and benefits."""

from campaigns.registry.ready_texts.shape import COUPON_EN, COUPON_ZH, HELLO_EN, HELLO_ZH, Ready

TEXTS = (
    Ready(
        code="points-lapsing",
        name_zh="积分即将到期",
        name_en="Points lapsing",
        subject_zh="{{ expiring_points | points }} 积分即将到期",
        subject_en="{{ expiring_points | points }} points are about to lapse",
        body_zh=HELLO_ZH
        + "\n您有 {{ expiring_points | points }} 积分将于{{ expiring_on | day }}后失效，"
        + "可抵 {{ expiring_amount | money }}。挑件喜欢的，别让它白白过期。",
        body_en=HELLO_EN
        + "\n{{ expiring_points | points }} of your points, worth {{ expiring_amount | money }}, "
        + "are good through {{ expiring_on | day }}. Treat yourself before they go.",
    ),
    Ready(
        code="benefit-lapsing",
        name_zh="权益即将到期",
        name_en="Benefit lapsing",
        subject_zh="您的{{ benefit }}快到期了",
        subject_en="About to end: {{ benefit }}",
        body_zh=HELLO_ZH
        + "\n您的「{{ benefit }}」{% if benefit_until %}有效期至{{ benefit_until | day }}{% "
        + "else %}即将到期{% endif %}，"
        + "还没用过的话，来{{ store | default: '门店' }}享用吧。",
        body_en=HELLO_EN
        + "\nYour '{{ benefit }}' {% if benefit_until %}is good through {{ benefit_until | day }}"
        + "{% else %}ends soon{% endif %}. Come by {{ store | default: 'one of our stores' }} "
        + "and make use of it.",
    ),
    Ready(
        code="tier-near",
        name_zh="升级在望",
        name_en="Tier within reach",
        subject_zh="离{{ next_tier }}只差一步",
        subject_en="{{ next_tier }} is within reach",
        body_zh=HELLO_ZH
        + "\n{% if missing_amount and missing_amount > 0 %}再消费 {{ missing_amount | money }}，"
        + "{% endif %}您就是{{ next_tier }}会员了。更多积分、更多礼遇，都在前面等您。"
        + COUPON_ZH,
        body_en=HELLO_EN
        + "\n{% if missing_amount and missing_amount > 0 %}Only {{ missing_amount | money }} more "
        + "and you are {{ next_tier }}{% else %}You are nearly {{ next_tier }}{% endif %}: more "
        + "points, more treats."
        + COUPON_EN,
    ),
    Ready(
        code="tier-upgraded",
        name_zh="升级祝贺",
        name_en="Upgraded",
        subject_zh="恭喜您成为{{ tier }}会员",
        subject_en="Welcome to {{ tier }}",
        body_zh=HELLO_ZH
        + "\n恭喜升级{{ tier }}！从下一单起，积分按 {{ coefficient }} 倍累计"
        + "{% if tier_until %}，等级保留至{{ tier_until | day }}{% endif %}。谢谢您一直的陪伴。"
        + COUPON_ZH,
        body_en=HELLO_EN
        + "\nCongratulations: you are {{ tier }} now. From your next order on, points count "
        + "{{ coefficient }} times{% if tier_until %}; the tier is yours through "
        + "{{ tier_until | day }}{% endif %}. Thank you for staying with us."
        + COUPON_EN,
    ),
    Ready(
        code="birthday",
        name_zh="生日祝福",
        name_en="Birthday",
        subject_zh="{{ name | default: '亲爱的会员' }}，生日快乐！",
        subject_en="Happy birthday{% if name %}, {{ name }}{% endif %}!",
        body_zh=HELLO_ZH
        + "\n今天属于您。愿新的一岁，日日有小欢喜。"
        + COUPON_ZH
        + "\n来{{ store | default: '门店' }}坐坐，让我们当面说声生日快乐。",
        body_en=HELLO_EN
        + "\nToday is all yours. May the year ahead be full of small delights."
        + COUPON_EN
        + "\nDrop by {{ store | default: 'one of our stores' }}: we'd love to wish you a happy "
        + "birthday in person.",
    ),
)
