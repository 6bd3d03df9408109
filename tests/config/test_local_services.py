"""Our launcher: real servers, really killed."""

import os
import signal
from pathlib import Path

import psycopg
import pytest
import redis

from config.local import accounts, processes, services
from config.local.notices import Refused
from config.local.postgres import Postgres
from config.local.valkey import Valkey


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("local")


@pytest.fixture
def postgres(folder):
    server = Postgres(folder / "postgres")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def valkey(folder):
    server = Valkey(folder / "valkey")
    server.start()
    yield server
    server.stop()


def ask(server: Postgres, question: str, role: str = "regulars_app"):
    with psycopg.connect(server.url(role)) as connection:
        return connection.execute(question).fetchone()


def test_the_server_is_set_as_measured_and_bound_to_loopback(postgres):
    names = ["commit_delay", "max_wal_size", "random_page_cost", "jit", "listen_addresses"]
    values = [ask(postgres, f"SHOW {name}")[0] for name in names]
    assert values == ["500", "4GB", "1.1", "off", "127.0.0.1"]
    assert ask(postgres, "SELECT datlocale FROM pg_database WHERE datname = 'regulars'") == (
        "C.UTF-8",
    )


def test_the_app_s_role_owns_nothing_and_the_owner_is_no_superuser(postgres):
    question = "SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    assert ask(postgres, question) == (False, False)
    assert ask(postgres, question, role="regulars_owner") == (False, True)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(postgres, "CREATE TABLE mine (id int)")


def test_nobody_connects_without_the_password(postgres):
    url = postgres.url("regulars_app").replace(postgres.passwords["regulars_app"], "guess")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url)


def test_passwords_are_readable_by_us_alone(postgres):
    file = postgres.home / "passwords.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.stat().st_uid == os.geteuid()


def test_a_killed_server_comes_back_on_its_port_with_what_was_committed(postgres):
    with psycopg.connect(postgres.url("regulars_owner")) as connection:
        connection.execute("DROP TABLE IF EXISTS kept")
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    port = postgres.port
    os.kill(postgres.process.pid, signal.SIGKILL)
    postgres.process.wait()
    postgres.start()
    assert postgres.port == port
    assert ask(postgres, "SELECT answer FROM kept", role="regulars_owner") == (42,)


def test_a_pid_file_that_names_another_program_does_not_stop_the_start(postgres):
    postgres.stop()
    stale = postgres.data / "postmaster.pid"
    # This very process: alive, and no PostgreSQL.
    stale.write_text(f"{os.getpid()}\n{postgres.data}\n1\n{postgres.port}\n\n127.0.0.1\n1 1\n")
    postgres.start()
    assert ask(postgres, "SELECT 1") == (1,)


def test_a_server_that_lost_its_launcher_is_ended_first(postgres):
    orphan = postgres.process
    second = Postgres(postgres.folder)
    second.start()
    assert orphan.wait() is not None
    assert ask(second, "SELECT 1") == (1,)
    second.stop()


def test_stopping_leaves_no_process_behind(folder):
    server = Postgres(folder / "postgres")
    server.start()
    server.stop()
    assert processes.working_in(server.data) == []


def test_valkey_keeps_what_it_was_told_over_a_kill(valkey):
    redis.Redis.from_url(valkey.url()).set("word", "kept")
    os.kill(valkey.process.pid, signal.SIGKILL)
    valkey.process.wait()
    valkey.start()
    assert redis.Redis.from_url(valkey.url()).get("word") == b"kept"
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(host="127.0.0.1", port=valkey.port).get("word")


def test_servers_that_the_environment_names_are_not_started(folder):
    given = {"DATABASE_URL": "postgres://x/y", "REDIS_URL": "redis://z"}
    with services.running(folder, given) as running:
        assert running.own() == []
        assert running.environment() == {}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes to another account")
def test_root_finds_an_account_and_sees_what_that_one_cannot_reach(tmp_path):
    account = accounts.unprivileged()
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    assert account.name in accounts.CANDIDATES
    assert account.can_enter(Path("/usr"))
    assert not account.can_enter(closed)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to another account")
def test_a_folder_that_another_account_made_is_refused_and_left_alone(tmp_path):
    foreign = tmp_path / "postgres"
    foreign.mkdir()
    os.chown(foreign, 54_321, 54_321)
    with pytest.raises(Refused, match="was made by another account"):
        Postgres(foreign).start()
    assert list(foreign.iterdir()) == []
    assert foreign.stat().st_uid == 54_321
