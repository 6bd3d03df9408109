"""Campaigns that events triggered become journeys of one message, with a version of their own."""

import hashlib
import json
import secrets

from django.db import migrations
from django.utils import timezone

_TEXTS = ("subject_zh", "subject_en", "body_zh", "body_en", "media_options")


def convert(apps, schema_editor):
    Campaign = apps.get_model("campaigns", "Campaign")
    Version = apps.get_model("campaigns", "CampaignVersion")
    for campaign in Campaign.objects.exclude(trigger_type="").filter(version=None):
        step = {
            "id": "s1",
            "kind": "MESSAGE",
            "template": campaign.template.code,
            "media": campaign.media,
            "mode": "EACH",
        }
        campaign.entry, campaign.entry_rule = "EVENT", {"event": campaign.trigger_type}
        campaign.steps, campaign.salt = [step], secrets.token_hex(8)
        texts = {name: getattr(campaign.template, name) for name in _TEXTS}
        content = {
            "steps": campaign.steps,
            "exits": [],
            "goal_event": "",
            "goal_days": campaign.goal_days,
            "is_over_at_goal": campaign.is_over_at_goal,
            "arms": [{"code": "a", "share": 10_000}],
            "control_share": 0,
            "texts": {campaign.template.code: texts},
        }
        told = json.dumps(content, sort_keys=True, default=str)
        campaign.version = Version.objects.create(
            campaign=campaign,
            number=1,
            content=content,
            content_hash=hashlib.sha256(told.encode()).hexdigest(),
            created_at=timezone.now(),
        )
        campaign.save()


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0017_listening_sql")]

    operations = [migrations.RunPython(convert, migrations.RunPython.noop)]
