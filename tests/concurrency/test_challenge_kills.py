"""kill -9 of the worker at every statement, one after the other: what it comes to is the same."""

import multiprocessing
import os
import signal

import pytest
from django.db import connection, connections

from loyalty.models import ChallengeAward, PrizeGrant
from loyalty.selectors import ledger_checks
from members.models import Dispatch
from members.services import dispatches
from tests.concurrency import processes
from tests.loyalty import till
from tests.loyalty.challenge_shop import buy, challenge, value
from tests.loyalty.till import NOW, give_back

pytestmark = [pytest.mark.kill]
_context = multiprocessing.get_context("fork")
MOST = 400


def _dies_at(statement):
    """Whether a worker was killed at this statement, from 0; else it did all there was to do."""
    connections.close_all()
    child = _context.Process(target=_work, args=(statement,))
    child.start()
    child.join(processes.SECONDS)
    assert child.exitcode in (0, -signal.SIGKILL), child.exitcode
    return child.exitcode == -signal.SIGKILL


def _work(statement):
    seen = 0

    def wrapper(execute, sql, parameters, many, context):
        nonlocal seen
        seen += 1
        if seen > statement:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(wrapper):
        while dispatches.drain(at=NOW):
            pass


def test_a_worker_killed_at_any_statement_leaves_nothing_half(alice):
    challenge()
    third = [buy(f"O{number}") for number in range(3)][-1]
    for statement in range(MOST):
        if not _dies_at(statement):
            break
    assert not Dispatch.objects.exists()
    assert (value(alice), till.balances(alice)) == (3, (0, 30 + 200, 0))

    give_back(third, "R1")
    for statement in range(MOST):
        if not _dies_at(statement):
            break

    assert (value(alice), till.balances(alice)) == (2, (0, 20, 0))
    assert ChallengeAward.objects.count() == PrizeGrant.objects.count() == 1
    assert ledger_checks.findings() == []
