from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampaignsConfig(AppConfig):
    name = "campaigns"
    # The group of the sidebar: campaigns are one of its pages.
    verbose_name = _("Marketing")

    def ready(self) -> None:
        from campaigns import events, registrations, subscribers  # noqa: F401
        from campaigns.admin import (
            campaign_requests,
            clerk_task_panel,
            member_fields,
            offer_panel,
            order_discounts,
            panels,
            segment_uses,
            sentences,
        )

        registrations.register()
        campaign_requests.register()
        segment_uses.register()
        panels.register()
        clerk_task_panel.register()
        sentences.register()
        member_fields.register()
        order_discounts.register()
        offer_panel.register()
