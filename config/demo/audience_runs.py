"""The campaigns of The Complete Journey on our tables: finished ones, with whom they were for."""

from datetime import datetime, timedelta

from campaigns.services import campaign_imports
from campaigns.services.campaign_imports import Past
from config.demo import audiences, telling, voucher_runs
from config.demo.audiences import Mailing
from config.demo.plans import Plan
from loyalty.models import CouponType
from members.services.jobs import RunningJob


def run(job: RunningJob, at: datetime) -> None:
    """The job: bears being killed anywhere and run again."""
    import numpy as np

    plan = Plan.of(job.params)
    households = {int(one) for one in np.unique(telling.whole(plan).household)}
    told = [one for one in audiences.mailings() if voucher_runs.midnight(one.first_on, plan) <= at]
    members = voucher_runs.members_of(households)
    count = 0
    for mailing in told:
        job.go_on()
        own = [members[one].pk for one in mailing.households if one in members]
        campaign_imports.bring_in(past=past(mailing, plan), member_ids=own, at=at)
        count += len(own)
        job.progress(cursor={"campaign": mailing.campaign}, done=len(own), total=count)


def past(mailing: Mailing, plan: Plan) -> Past:
    """A campaign of the data, on the clock and in the year of the plan."""
    types = CouponType.objects.filter(code__startswith=f"{mailing.code}-").order_by("code")
    return Past(
        code=mailing.code,
        name_zh=f"活动 {mailing.campaign}({mailing.kind})",
        name_en=f"Campaign {mailing.campaign} ({mailing.kind})",
        description="The Complete Journey",
        source=plan.edition.source,
        starts_at=voucher_runs.midnight(mailing.first_on, plan),
        ends_at=voucher_runs.midnight(mailing.last_on + timedelta(days=1), plan),
        coupon_type_ids=tuple(types.values_list("pk", flat=True)),
    )
