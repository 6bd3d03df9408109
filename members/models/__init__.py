"""Who they are: members, identities, consents, events, and the people who look after them."""

from members.models.approvals import ApprovalRequest
from members.models.clients import ApiClient
from members.models.consents import Consent
from members.models.events import Dispatch, Event
from members.models.idempotency import IdempotencyKey
from members.models.identities import Identity
from members.models.jobs import Job, JobError
from members.models.keys import IndexKey, KeyCanary, KeyEncryptionKey, MemberKey
from members.models.measures import Measure
from members.models.members import Member
from members.models.operations import AuditRecord, Heartbeat
from members.models.operators import User
from members.models.stores import Channel, Store
from members.models.submissions import Submission
from members.models.tags import MemberTag, Tag

__all__ = [
    "ApiClient",
    "ApprovalRequest",
    "AuditRecord",
    "Channel",
    "Consent",
    "Dispatch",
    "Event",
    "Heartbeat",
    "IdempotencyKey",
    "Identity",
    "IndexKey",
    "Job",
    "JobError",
    "KeyCanary",
    "KeyEncryptionKey",
    "Measure",
    "Member",
    "MemberKey",
    "MemberTag",
    "Store",
    "Submission",
    "Tag",
    "User",
]
