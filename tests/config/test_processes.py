"""Children end with us: when we stop them, and when we are killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from config.local import processes

BASE_DIR = Path(__file__).resolve().parent.parent.parent
# A shell that ignores requests to stop, with a child of its own.
STUBBORN = ["/bin/sh", "-c", "trap '' TERM; sleep 300 & echo $!; wait; sleep 300"]


def is_alive(pid: int) -> bool:
    """Zombies count as ended: nobody may have fetched them yet."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def test_a_child_that_ignores_the_request_is_killed_with_all_its_children(tmp_path):
    with (tmp_path / "out").open("wb") as output:
        child = processes.start(STUBBORN, output=output)
    grandchild = first_number(tmp_path / "out")
    processes.stop(child, grace=0.2)
    assert child.returncode == -signal.SIGKILL
    assert processes.wait_until(lambda: not is_alive(grandchild), seconds=5)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of a parent's end")
def test_children_end_when_their_parent_is_killed(tmp_path):
    script = (
        "from config.local import processes\n"
        "import time\n"
        "child = processes.start(['/bin/sleep', '300'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(300)\n"
    )
    with (tmp_path / "out").open("wb") as output:
        parent = subprocess.Popen([sys.executable, "-c", script], cwd=BASE_DIR, stdout=output)
    child = first_number(tmp_path / "out")
    assert is_alive(child)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    assert processes.wait_until(lambda: not is_alive(child), seconds=5)


def test_processes_that_work_in_a_folder_are_seen(tmp_path):
    assert processes.working_in(tmp_path) == []
    child = processes.start(["/bin/sleep", "300"], cwd=tmp_path)
    assert processes.working_in(tmp_path) == [child.pid]
    processes.stop(child)
    assert processes.working_in(tmp_path) == []


def first_number(file: Path) -> int:
    assert processes.wait_until(lambda: file.read_text().strip().isdigit(), seconds=20)
    return int(file.read_text())
