"""Web, worker and beat are kept alive together and ended together."""

import os
import signal

import pytest

from config.local import processes, supervisor
from config.local.notices import Refused
from config.local.services import Services

NO_SERVERS = Services(postgres=None, valkey=None)
ENV = dict(os.environ)


def child(tmp_path, script: str) -> supervisor.Child:
    return supervisor.Child("web", ["/bin/sh", "-c", script], tmp_path / "web.log")


def test_leaving_ends_every_child_even_when_it_leaves_by_an_error(tmp_path):
    children = [child(tmp_path, "exec sleep 300"), child(tmp_path, "exec sleep 300")]
    with pytest.raises(KeyboardInterrupt):
        with supervisor.running(children, ENV):
            raise KeyboardInterrupt
    assert [each.process.returncode for each in children] == [-signal.SIGTERM] * 2


def test_signals_are_heeded_again_after_stopping(tmp_path):
    before = signal.getsignal(signal.SIGTERM)
    with supervisor.running([child(tmp_path, "exec sleep 300")], ENV):
        pass
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_child_that_ends_again_and_again_is_given_up_with_its_last_words(tmp_path):
    unlucky = child(tmp_path, "echo no such module; exit 3")
    with supervisor.running([unlucky], ENV):
        with pytest.raises(Refused, match=r"(?s)web ends again and again.*no such module"):
            supervisor.watch([unlucky], NO_SERVERS, ENV)
    assert len(unlucky.starts) == supervisor.RESTARTS + 1


def test_a_command_is_run_to_its_end_and_its_words_kept():
    assert supervisor.run_quietly(["/bin/sh", "-c", "echo seen; exit 4"], ENV) == (4, "seen")


def test_a_command_goes_on_beside_others_until_its_words_are_asked_for(tmp_path):
    go_on = tmp_path / "go-on"
    waits = f"until test -e {go_on}; do sleep 0.01; done; echo seen; exit 4"
    with supervisor.beside(["/bin/sh", "-c", waits], ENV) as ended:
        go_on.touch()
        assert ended() == (4, "seen")


def test_a_command_beside_others_is_ended_when_nobody_asks_for_its_words(tmp_path):
    told = tmp_path / "pid"
    with supervisor.beside(["/bin/sh", "-c", f"echo $$ >{told}; exec sleep 300"], ENV):
        assert processes.wait_until(lambda: told.exists() and told.read_text() != "", seconds=10)
    with pytest.raises(ProcessLookupError):
        os.kill(int(told.read_text()), 0)
