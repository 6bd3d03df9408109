"""Under which variables the demo and the tests run, and when they refuse."""

import base64

import pytest

from config.local import environment
from config.local.demo import chosen_port
from config.local.notices import Refused

SERVICES = {
    "DATABASE_URL": "postgres://regulars_app:a@127.0.0.1:5/regulars",
    "DATABASE_OWNER_URL": "postgres://regulars_owner:o@127.0.0.1:5/regulars",
    "REDIS_URL": "redis://127.0.0.1:6/0",
}


@pytest.mark.parametrize(
    ("variables", "word"),
    [
        ({"REGULARS_ENV": "production"}, "REGULARS_ENV is production"),
        ({"DATABASE_URL": "postgres://shop/live"}, "DATABASE_URL is set"),
        ({"DATABASE_URL": "postgres://shop/live", "REGULARS_ENV": "test"}, "DATABASE_URL is set"),
    ],
)
def test_the_demo_refuses_settings_that_could_be_production_s(variables, word):
    with pytest.raises(Refused, match=word):
        environment.refuse_production(variables)


def test_the_demo_takes_a_database_that_is_said_to_be_for_it():
    environment.refuse_production({"DATABASE_URL": "postgres://x/y", "REGULARS_ENV": "demo"})
    environment.refuse_production({})


def test_the_tests_refuse_production_s_settings(tmp_path):
    with pytest.raises(Refused, match="tests don't run"):
        environment.throw_away(tmp_path, {"REGULARS_ENV": "production"}, SERVICES)


def test_the_demo_s_secrets_are_made_once_and_kept_from_others(tmp_path):
    first = environment.demo(tmp_path, {}, SERVICES)
    second = environment.demo(tmp_path, {}, SERVICES)
    assert len(base64.b64decode(first["REGULARS_ROOT_KEY"])) == 32
    assert first["SECRET_KEY"] == second["SECRET_KEY"]
    assert first["REGULARS_ROOT_KEY"] == second["REGULARS_ROOT_KEY"]
    assert (tmp_path / "env").stat().st_mode & 0o777 == 0o600


def test_a_person_s_second_terminal_finds_the_demo_s_variables(tmp_path):
    made = environment.demo(tmp_path, {"PATH": "/bin"}, SERVICES)
    kept = environment.read_file(tmp_path / "env")
    assert kept["DATABASE_URL"] == SERVICES["DATABASE_URL"]
    assert kept["REGULARS_ENV"] == "demo"
    assert {name: made[name] for name in kept} == kept
    assert "PATH" not in kept


def test_the_owner_migrates_and_the_app_s_role_serves(tmp_path):
    made = environment.demo(tmp_path, {}, SERVICES)
    assert made["DATABASE_URL"] == SERVICES["DATABASE_URL"]
    assert environment.as_owner(made)["DATABASE_URL"] == SERVICES["DATABASE_OWNER_URL"]


def test_a_given_database_without_an_owner_of_its_own_is_its_own_owner(tmp_path):
    given = {"DATABASE_URL": "postgres://x/y", "REDIS_URL": "redis://z", "REGULARS_ENV": "demo"}
    made = environment.demo(tmp_path, given, {})
    assert made["DATABASE_OWNER_URL"] == "postgres://x/y"


def test_settings_of_another_project_in_the_terminal_lead_nowhere(tmp_path):
    foreign = {"DJANGO_SETTINGS_MODULE": "shop.settings", "PYTHONPATH": "/elsewhere"}
    made = environment.throw_away(tmp_path, foreign, SERVICES)
    assert made["DJANGO_SETTINGS_MODULE"] == "config.settings"
    assert "PYTHONPATH" not in made


def test_values_in_env_files_may_be_quoted(tmp_path):
    file = tmp_path / ".env"
    file.write_text("# words\nA=1\nB='two words'\nexport C=\"x=y\"\n\nnonsense\n")
    assert environment.read_file(file) == {"A": "1", "B": "two words", "C": "x=y"}


@pytest.mark.parametrize("word", ["no", "0", "65536", "-1"])
def test_a_port_that_is_no_port_is_refused(word):
    with pytest.raises(Refused, match="PORT is"):
        chosen_port({"PORT": word})
