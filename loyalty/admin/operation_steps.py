"""The steps of an operation on many members: their dialogs, and which fit its state."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from loyalty.admin.operation_forms import UndoForm
from loyalty.models import Operation
from members.admin import confirmations
from members.models import Job

_State = Operation.State
WORKS = (Job.State.QUEUED, Job.State.RUNNING, Job.State.CANCELING)
RUN = {
    "title": _("Run it"),
    "description": _(
        "All ready rows are run. More points than you may adjust alone need a second person."
    ),
    "form_class": confirmations.NoteForm,
    "form_submit_text": _("Run"),
}
GO_ON = {
    "title": _("Go on"),
    "description": _("Goes on where it stopped. What is done is not done again."),
    "form_class": confirmations.ConfirmForm,
    "form_submit_text": _("Go on"),
}
UNDO = {
    "title": _("Undo it"),
    "description": _(
        "A grant: what is left of it is taken back. An extension: points get their old expiry "
        "again, and what would have lapsed by now lapses at once."
    ),
    "form_class": UndoForm,
    "form_submit_text": _("Undo"),
}


def offered(object_id: Any) -> set[str]:
    """Names of the actions that fit the operation's state."""
    operation = Operation.objects.select_related("job", "undo_job").filter(pk=object_id).first()
    if operation is None:
        return set()
    job = operation.undo_job if operation.state == _State.UNDOING else operation.job
    is_stopped = job is not None and job.state not in WORKS
    steps = {
        _State.PREVIEWED: {"run_it"},
        _State.WAITING: {"run_it"},
        _State.RUNNING: {"go_on", "undo_it"} if is_stopped else set(),
        _State.DONE: {"undo_it"},
    }.get(_State(operation.state), {"go_on"} if is_stopped else set())
    if operation.state == _State.UNDONE:
        steps = set()
    return steps | ({"errors_file"} if operation.refused_count else set())
