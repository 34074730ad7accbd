"""What can be known of the container files without running containers."""

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
COMPOSE = (ROOT / "docker-compose.yml").read_text()
OURS = ("migrate", "web", "worker", "beat")


@pytest.fixture
def services() -> dict[str, Any]:
    return dict(yaml.safe_load(COMPOSE)["services"])


def test_every_service_tells_whether_it_is_well_or_ends(services: dict[str, Any]) -> None:
    assert set(services) == {"postgres", "redis", *OURS}
    assert [name for name, each in services.items() if "healthcheck" not in each] == ["migrate"]


def test_nothing_of_ours_runs_before_the_tables_are_there(services: dict[str, Any]) -> None:
    for name in ("web", "worker", "beat"):
        needs = services[name]["depends_on"]
        assert needs["migrate"] == {"condition": "service_completed_successfully"}
        assert needs["postgres"] == needs["redis"] == {"condition": "service_healthy"}


def test_no_secret_has_a_value_to_fall_back_on(services: dict[str, Any]) -> None:
    for name in OURS:
        given = services[name]["environment"]
        assert given["SECRET_KEY"].startswith("${SECRET_KEY:?")
        assert "${POSTGRES_PASSWORD:?" in given["DATABASE_URL"]


def test_the_example_names_every_variable_and_no_other() -> None:
    wanted = set(re.findall(r"\$\{([A-Z_]+)", COMPOSE))
    example = (ROOT / ".env.example").read_text()
    assert set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)) == wanted


def test_commands_name_modules_that_exist(services: dict[str, Any]) -> None:
    commands = [services[name].get("command", []) for name in OURS]
    checks = [each["healthcheck"]["test"] for each in services.values() if "healthcheck" in each]
    for command in (*commands, *checks):
        if "-m" in command:
            assert find_spec(command[command.index("-m") + 1])


def test_the_image_copies_folders_that_exist_and_serves_as_an_ordinary_user() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    for source in re.findall(r"^COPY (?!--from)(\S+)", dockerfile, re.MULTILINE):
        assert (ROOT / source).exists(), source
    assert re.search(r"^USER leadbridge$", dockerfile, re.MULTILINE)
    assert "--require-hashes" in dockerfile
