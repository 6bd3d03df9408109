from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LoyaltyConfig(AppConfig):
    name = "loyalty"
    verbose_name = _("Loyalty")

    def ready(self) -> None:
        from loyalty import events, registrations, subscribers  # noqa: F401
        from loyalty.admin import (
            adjustments,
            behaviors,
            benefit_dialogs,
            benefit_panel,
            cart_fields,
            cells,
            challenge_fields,
            challenge_panel,
            coupon_grants,
            coupon_panel,
            member_fields,
            merge_facts,
            order_fields,
            panels,
            referral_panel,
            reward_panel,
            sentences,
            tier_dialogs,
            transfer_dialog,
        )

        registrations.register()
        asked = (order_fields, cart_fields, member_fields)
        merge_facts.register()
        dialogs = (adjustments, transfer_dialog, tier_dialogs, coupon_grants, benefit_dialogs)
        for part in (challenge_fields, challenge_panel, referral_panel, benefit_panel):
            part.register()
        shown = (sentences, cells, panels, coupon_panel, reward_panel)
        for part in (*shown, *dialogs, *asked, behaviors):
            part.register()
