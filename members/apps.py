from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = _("Members")

    def ready(self) -> None:
        from members import events, registrations, subscribers  # noqa: F401
        from members.admin import (
            behavior_events,
            member_sessions,
            merge_dialogs,
            panels,
            people_requests,
            privacy_dialogs,
            protection_dialogs,
            protection_panel,
            service_panel,
            voice_panels,
        )
        from members.registry import panels as registry
        from members.services import (
            behavior_event_privacy,
            member_session_privacy,
            merge_steps,
            nights,
            registers_privacy,
            service_case_privacy,
            tracked,
            voices,
        )

        tracked.register()
        people_requests.register()
        panels.register()
        merge_dialogs.register()
        behavior_events.register()
        protection_panel.register()
        protection_dialogs.register()
        privacy_dialogs.register()
        service_panel.register()
        registrations.register()
        merge_steps.register()
        registers_privacy.register()
        service_case_privacy.register()
        behavior_event_privacy.register()
        member_session_privacy.register()
        member_sessions.register()
        voices.register()
        voice_panels.register()
        registry.add_job_kind(nights.KIND, nights.steps)
