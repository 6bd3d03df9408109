"""Who they are: members, identities, consents, events, and the people who look after them."""

from members.models.access import AccessPolicy
from members.models.appointments import Appointment, AppointmentKind
from members.models.approvals import ApprovalRequest
from members.models.behavior_events import BehaviorEvent
from members.models.breaches import Breach, BreachClock, BreachDuty
from members.models.changes import ChangeRecord
from members.models.clients import ApiClient
from members.models.communities import Community, CommunityMembership
from members.models.consents import Consent
from members.models.duplicates import DuplicateCandidate, DuplicatePolicy
from members.models.events import Dispatch, Event
from members.models.guardians import GuardianConsent
from members.models.idempotency import IdempotencyKey
from members.models.identities import Identity
from members.models.jobs import Job, JobError
from members.models.keys import IndexKey, KeyCanary, KeyEncryptionKey, MemberKey
from members.models.measures import Measure
from members.models.member_sessions import MemberSession, MemberToken, OneTimeCode
from members.models.members import Member
from members.models.merges import MemberMerge
from members.models.notes import MemberNote
from members.models.operations import AuditRecord, Heartbeat
from members.models.operators import User
from members.models.policies import PolicyDocument, ProcessingPurpose
from members.models.privacy_requests import (
    Erasure,
    Holiday,
    PrivacyClock,
    PrivacyFile,
    PrivacyRequest,
)
from members.models.recipients import Disclosure, Recipient, RecipientNotice
from members.models.retention import LegalHold, RetentionRule
from members.models.service_cases import CaseMessage, ServiceCase, ServiceTopic
from members.models.stores import Channel, Store
from members.models.submissions import Submission
from members.models.surveys import Survey, SurveyResponse
from members.models.tag_rules import TagRule
from members.models.tags import MemberTag, Tag

__all__ = [
    "AccessPolicy",
    "ApiClient",
    "Appointment",
    "AppointmentKind",
    "ApprovalRequest",
    "AuditRecord",
    "BehaviorEvent",
    "Breach",
    "BreachClock",
    "BreachDuty",
    "CaseMessage",
    "ChangeRecord",
    "Channel",
    "Community",
    "CommunityMembership",
    "Consent",
    "Disclosure",
    "Dispatch",
    "DuplicateCandidate",
    "DuplicatePolicy",
    "Erasure",
    "Event",
    "GuardianConsent",
    "Heartbeat",
    "Holiday",
    "IdempotencyKey",
    "Identity",
    "IndexKey",
    "Job",
    "JobError",
    "KeyCanary",
    "KeyEncryptionKey",
    "LegalHold",
    "Measure",
    "Member",
    "MemberKey",
    "MemberMerge",
    "MemberNote",
    "MemberSession",
    "MemberTag",
    "MemberToken",
    "OneTimeCode",
    "PolicyDocument",
    "PrivacyClock",
    "PrivacyFile",
    "PrivacyRequest",
    "ProcessingPurpose",
    "Recipient",
    "RecipientNotice",
    "RetentionRule",
    "ServiceCase",
    "ServiceTopic",
    "Store",
    "Submission",
    "Survey",
    "SurveyResponse",
    "Tag",
    "TagRule",
    "User",
]
