"""Recommending, communities, and what is for a few only."""

from campaigns.registry.ready_texts.shape import COUPON_EN, COUPON_ZH, HELLO_EN, HELLO_ZH, Ready

TEXTS = (
    Ready(
        code="referral-ladder",
        name_zh="推荐有礼",
        name_en="Referral ladder",
        subject_zh="好东西，分享给朋友",
        subject_en="Good things are for sharing",
        body_zh=HELLO_ZH
        + "\n把您的推荐码 {{ referral_code }} 送给朋友，他们有见面礼，您也有好礼，推荐越多礼越重。"
        + "{% if friends_count and friends_count > 0 %}\n您已推荐 {{ friends_count }} 位好友，"
        + "继续加油！{% endif %}"
        + "{% if referral_link %}\n专属链接：{{ referral_link }}{% endif %}",
        body_en=HELLO_EN
        + "\nGive your code {{ referral_code }} to friends: they get a welcome gift, and so do "
        + "you, a bigger one with every step."
        + "{% if friends_count and friends_count > 0 %}\nFriends so far: {{ friends_count }}. "
        + "Keep going!{% endif %}"
        + "{% if referral_link %}\nYour own link: {{ referral_link }}{% endif %}",
    ),
    Ready(
        code="community-invitation",
        name_zh="社群邀请",
        name_en="Community invitation",
        subject_zh="邀您进群，好物先知道",
        subject_en="Come and join our circle",
        body_zh=HELLO_ZH
        + "\n{{ store | default: '门店' }}的会员群开了：新品先看、限时好价、店员在线解答。"
        + "\n在会员中心「我的社群」一键加入，群里见。",
        body_en=HELLO_EN
        + "\nMembers of {{ store | default: 'our stores' }} have a circle now: first looks, "
        + "prices for a few hours, and answers from our people.\nJoin it under 'My communities'. "
        + "See you there.",
    ),
    Ready(
        code="flash-sale",
        name_zh="限时抢购",
        name_en="Flash sale",
        subject_zh="群友专享，限时开抢",
        subject_en="For our circle only, and not for long",
        body_zh=HELLO_ZH + "\n群友专享的限时好价已经开始，数量不多，先到先得。" + COUPON_ZH,
        body_en=HELLO_EN
        + "\nA price for our circle only is on now. First come, first served."
        + COUPON_EN,
    ),
)
