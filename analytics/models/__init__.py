"""What we know of members: roll-ups, classes, segments and what is wanted of the figures."""

from analytics.models.channel_spends import ChannelSpend
from analytics.models.cohort_months import CohortMonth
from analytics.models.kpi_days import KpiDay, PointsDay
from analytics.models.member_days import MemberDay
from analytics.models.member_metrics import MemberMetrics
from analytics.models.member_months import MemberMonth
from analytics.models.member_scores import ClassChange, ClassDay, ClassKind, ClassTag, MemberScore
from analytics.models.policies import AnalyticsPolicy
from analytics.models.purchase_days import PurchaseDay
from analytics.models.purchase_gaps import PurchaseGap
from analytics.models.saved_views import SavedView
from analytics.models.score_groups import ClassMove, ScoreGroup
from analytics.models.scorecards import Scorecard, ScorecardItem
from analytics.models.segment_builds import SegmentBuild, SegmentHit, SegmentMember, SegmentMove
from analytics.models.segment_files import SegmentFile
from analytics.models.segments import Segment, SegmentOverride, SegmentVersion
from analytics.models.stale import StaleDay, StaleMember, StalePoints

__all__ = [
    "AnalyticsPolicy",
    "ChannelSpend",
    "ClassChange",
    "ClassDay",
    "ClassKind",
    "ClassMove",
    "ClassTag",
    "CohortMonth",
    "KpiDay",
    "MemberDay",
    "MemberMetrics",
    "MemberMonth",
    "MemberScore",
    "PointsDay",
    "PurchaseDay",
    "PurchaseGap",
    "SavedView",
    "ScoreGroup",
    "Scorecard",
    "ScorecardItem",
    "Segment",
    "SegmentBuild",
    "SegmentFile",
    "SegmentHit",
    "SegmentMember",
    "SegmentMove",
    "SegmentOverride",
    "SegmentVersion",
    "StaleDay",
    "StaleMember",
    "StalePoints",
]
