"""The second inversion point: what higher apps add to pages and runs of lower ones."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Panel:
    """A panel on the member's page: a template and the function that fills it."""

    code: str
    title: Any
    template: str
    context: Callable[..., dict[str, Any]]
    order: int
    permission: str = ""


@dataclass(frozen=True)
class Executor:
    """What an approved request does: called with the request and `at`, in its transaction.

    `version` gives the target's present version; a request whose version differs is stale.
    """

    action: str
    label: Any
    run: Callable[[Any, datetime], Any]
    version: Callable[[Any], str]
    # What the request asks for, in the reader's words; without it the payload is shown as it is.
    tell: Callable[[Any], list[str]] | None = None
    # The address of a page that shows what will happen, for the one who decides.
    page: Callable[[Any], str] | None = None
    # What becomes of the target when the request ends without approval, in the same transaction.
    refused: Callable[[Any, datetime], None] | None = None


@dataclass(frozen=True)
class NightStep:
    """One step of the nightly run, in documented order. It gives how many rows it touched, or
    yields that chunk by chunk, each of which is a sign of life."""

    code: str
    order: int
    run: Callable[[datetime], int | Iterable[int]]


@dataclass(frozen=True)
class MergeStep:
    """What an app moves when a member is merged into another: `run(merge)`, in the transaction of
    the merge and behind the locks of both members.

    What it returns (plain values, ids and figures) is kept with the merge; `undo(merge, moved)`
    gets it when the merge is taken back. A step without `undo` moves nothing that matters then.
    `obstacle(merge, moved)` says by a code why it can't be taken back any more, or "".
    """

    code: str
    order: int
    run: Callable[[Any], Any]
    undo: Callable[[Any, Any], None] | None = None
    obstacle: Callable[[Any, Any], str] | None = None


MEMBER_PANELS: dict[str, Panel] = {}
EXECUTORS: dict[str, Executor] = {}
NIGHT_STEPS: dict[str, NightStep] = {}
JOB_KINDS: dict[str, Callable[..., None]] = {}
MERGE_STEPS: dict[str, MergeStep] = {}


def add_member_panel(panel: Panel) -> None:
    MEMBER_PANELS[panel.code] = panel


def add_executor(executor: Executor) -> None:
    EXECUTORS[executor.action] = executor


def add_night_step(step: NightStep) -> None:
    NIGHT_STEPS[step.code] = step


def add_job_kind(kind: str, run: Callable[..., None]) -> None:
    """`run(job, at)` does the work of jobs of this kind."""
    JOB_KINDS[kind] = run


def add_merge_step(
    code: str,
    order: int,
    run: Callable[[Any], Any],
    *,
    undo: Callable[[Any, Any], None] | None = None,
    obstacle: Callable[[Any, Any], str] | None = None,
) -> None:
    """`run` gets a `members.services.merges.Merge`; it bears no repeat, as a merge happens once."""
    MERGE_STEPS[code] = MergeStep(code, order, run, undo, obstacle)


def merge_steps() -> list[MergeStep]:
    return sorted(MERGE_STEPS.values(), key=lambda step: step.order)


def member_panels() -> list[Panel]:
    return sorted(MEMBER_PANELS.values(), key=lambda panel: panel.order)


def night_steps() -> list[NightStep]:
    return sorted(NIGHT_STEPS.values(), key=lambda step: step.order)
