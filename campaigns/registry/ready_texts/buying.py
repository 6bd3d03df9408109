"""From the first look to the next order."""

from campaigns.registry.ready_texts.shape import COUPON_EN, COUPON_ZH, HELLO_EN, HELLO_ZH, Ready

TEXTS = (
    Ready(
        code="first-order",
        name_zh="首单邀请",
        name_en="First order",
        subject_zh="第一次光临，我们备了份见面礼",
        subject_en="A little something for your first order",
        body_zh=HELLO_ZH
        + "\n谢谢您加入我们。第一单，想让您逛得更轻松一点。"
        + COUPON_ZH
        + "\n期待与您见面。",
        body_en=HELLO_EN
        + "\nThank you for joining us. We'd love to make your first order an easy one."
        + COUPON_EN
        + "\nSee you soon.",
    ),
    Ready(
        code="profile",
        name_zh="完善资料",
        name_en="Profile completion",
        subject_zh="还差一点点，我们就更懂您了",
        subject_en="Tell us a little more about you",
        body_zh=HELLO_ZH
        + "\n补全资料只要一分钟：生日礼、合您口味的推荐，都从这里开始。"
        + "\n打开会员中心「我的资料」，填好即可。",
        body_en=HELLO_EN
        + "\nOne minute is all it takes: complete your profile, and birthday treats and picks "
        + "to your taste will find you.\nYou'll find it under 'My profile'.",
    ),
    Ready(
        code="sign-up-gift",
        name_zh="新会员到店礼",
        name_en="Gift for the first purchase in a store",
        subject_zh="新朋友，到店有礼",
        subject_en="Your welcome gift",
        body_zh=HELLO_ZH
        + "\n谢谢您第一次光临{{ last_order_store | default: '我们的门店' }}，这份新会员礼请收下。"
        + COUPON_ZH
        + "\n下次见。",
        body_en=HELLO_EN
        + "\nThank you for your first visit to {{ last_order_store | default: 'our store' }}: here "
        + "is your welcome gift."
        + COUPON_EN
        + "\nSee you again soon.",
    ),
    Ready(
        code="viewed-not-bought",
        name_zh="看过没买",
        name_en="Viewed, not bought",
        subject_zh="您看中的{{ product | default: '好物' }}，还在等您",
        subject_en="Still thinking about {{ product | default: 'it' }}?",
        body_zh=HELLO_ZH
        + "\n还惦记着{{ product | default: '那件好物' }}吗"
        + "{% if product_price %}？现价 {{ product_price | money }}。{% else %}？{% endif %}"
        + COUPON_ZH
        + "\n喜欢就带它回家吧。",
        body_en=HELLO_EN
        + "\n{{ product | default: 'What you were looking at' }} is still here"
        + "{% if product_price %}, at {{ product_price | money }}{% endif %}."
        + COUPON_EN
        + "\nTake it home if it's still on your mind.",
    ),
    Ready(
        code="cart-not-paid",
        name_zh="购物车未结算",
        name_en="Cart not paid",
        subject_zh="购物车替您留着呢",
        subject_en="We've kept your cart for you",
        body_zh=HELLO_ZH
        + "\n您选好的{{ product | default: '商品' }}还在购物车里，随时可以带它们回家。"
        + COUPON_ZH,
        body_en=HELLO_EN
        + "\n{{ product | default: 'What you chose' }} is still in your cart, ready "
        + "when you are."
        + COUPON_EN,
    ),
    Ready(
        code="repurchase",
        name_zh="该补货了",
        name_en="Repurchase due",
        subject_zh="家里的快用完了吧？",
        subject_en="Running low?",
        body_zh=HELLO_ZH
        + "\n距您上次购买已有{% if days_since_order %} {{ days_since_order }} 天{% else "
        + "%}一阵子{% endif %}，"
        + "常用的那几样，也该补一补了。"
        + COUPON_ZH,
        body_en=HELLO_EN
        + "\nIt's been {% if days_since_order %}{{ days_since_order }} days{% else %}a while"
        + "{% endif %} since your last order. Time to top up on your favorites?"
        + COUPON_EN,
    ),
    Ready(
        code="sale-day",
        name_zh="会员日",
        name_en="Sale day",
        subject_zh="会员日来了，好价先给您",
        subject_en="Members' day: you're first in line",
        body_zh=HELLO_ZH
        + "\n一年里最值得逛的日子到了：会员专享价，线上线下同享。"
        + "{% if available_points and available_points > 0 %}您还有 {{ available_points | "
        + "points }} 积分，"
        + "可抵 {{ available_amount | money }}。{% endif %}"
        + COUPON_ZH,
        body_en=HELLO_EN
        + "\nThe best day of the year to shop is here: members' prices, online and in store."
        + "{% if available_points and available_points > 0 %} Your {{ available_points | points }} "
        + "points are worth {{ available_amount | money }} today.{% endif %}"
        + COUPON_EN,
    ),
    Ready(
        code="survey-after-service",
        name_zh="服务后回访",
        name_en="Survey after service",
        subject_zh="这次服务，您还满意吗？",
        subject_en="How did we do?",
        body_zh=HELLO_ZH
        + "\n您的问题已经处理完毕，这次服务是否让您满意？"
        + "在会员中心「我的评价」点几下就好，您的每句话我们都会读。",
        body_en=HELLO_EN
        + "\nYour request has been dealt with. Was everything as it should be? "
        + "A few taps under 'My reviews' tell us; we read every word.",
    ),
)
