import json
import os
import subprocess
import sys
from http import HTTPStatus
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from rest_framework.test import APIClient

from chassis import checks
from chassis.error_format import ErrorFormat, fault


class Problem(ErrorFormat):
    """RFC 9457's."""

    media_type = "application/problem+json"
    schema = {
        "type": "object",
        "properties": {"status": {"type": "integer"}, "title": {"type": "string"}},
    }

    def body(self, status, wrong):
        return {"status": status, "title": status.phrase, "wrong": wrong}


class Listed(ErrorFormat):
    def body(self, status, wrong):
        return [wrong]


def test_format_may_be_a_list(client: Client, settings):
    settings.ERROR_FORMAT = f"{__name__}.Listed"
    assert client.get("/no/such/page/").json() == ["Not Found."]


@pytest.fixture
def _own_format(settings):
    settings.ERROR_FORMAT = f"{__name__}.Problem"


def problem(response, status: HTTPStatus, wrong) -> bool:
    return (
        response.status_code == status
        and response["Content-Type"] == "application/problem+json"
        and json.loads(response.content)
        == {"status": status, "title": status.phrase, "wrong": wrong}
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("_own_format")
def test_every_error_has_the_services_format(
    api: APIClient, client: Client, user_api: APIClient
):
    assert problem(client.get("/no/such/page/"), HTTPStatus.NOT_FOUND, "Not Found.")
    assert problem(
        client.post("/healthcheck/"),
        HTTPStatus.METHOD_NOT_ALLOWED,
        'Method "POST" not allowed.',
    )
    refused = user_api.post("/guarded/", {"text": ""})
    assert problem(
        refused, HTTPStatus.BAD_REQUEST, {"text": ["This field may not be blank."]}
    )
    stranger = api.post("/guarded/", {"text": "new"})
    assert problem(
        stranger,
        HTTPStatus.UNAUTHORIZED,
        "Authentication credentials were not provided.",
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("_own_format")
def test_browsable_page_stays_a_page(client: Client):
    response = client.get("/note/1/", headers={"Accept": "text/html"})
    assert response.status_code == HTTPStatus.NOT_FOUND
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.usefixtures("_own_format")
def test_document_has_the_services_format(client: Client):
    document = client.get("/schema/?format=json").json()
    assert document["components"]["schemas"]["Error"] == Problem.schema
    answer = document["paths"]["/note/"]["get"]["responses"]["400"]
    assert list(answer["content"]) == ["application/problem+json"]


@pytest.mark.usefixtures("_own_format")
def test_nginx_gets_the_services_format(tmp_path):
    call_command("writeerrors", tmp_path)
    problem = {"status": 502, "title": "Bad Gateway", "wrong": "Bad Gateway."}
    assert json.loads((tmp_path / "502.json").read_text()) == problem
    assert (tmp_path / "502.json").read_text().endswith("}\n")
    assert (
        tmp_path / "type.conf"
    ).read_text() == 'types {}\ndefault_type "application/problem+json";\n'
    assert (tmp_path / "media-type").read_text() == "application/problem+json"
    assert {"400.json", "404.json", "429.json", "500.json", "503.json"} <= {
        file.name for file in tmp_path.iterdir()
    }
    assert not list(tmp_path.glob("[123]??.json"))


PROBLEM = (
    "from chassis.error_format import ErrorFormat\nclass Problem(ErrorFormat): pass\n"
)


@pytest.fixture
def root(monkeypatch, tmp_path: Path) -> Path:
    """A team's tree, whose format and view are well."""
    files = {
        "pyproject.toml": '[project]\nname = "acme"\n',
        "test_of_the_team.py": "def test_passes(): pass\n",
        "src/acme/settings.py": (
            "from chassis.settings import *\n"
            "ERROR_FORMAT = 'acme.errors.Problem'\n"
            "env.seal()\n"
        ),
        "src/acme/errors.py": PROBLEM,
        "src/acme/api/views.py": "",
        "src/acme/api/errors.py": PROBLEM,
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def run_unit_tests(root: Path) -> tuple[int, str]:
    """The exit status of a team's `pytest`, and what it printed."""
    path = os.pathsep.join([str(root / "src"), str(Path(checks.__file__).parents[1])])
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "chassis.testing",
            "-p",
            "no:cacheprovider",
        ],
        cwd=root,
        env={
            **os.environ,
            "PYTHONPATH": path,
            "DJANGO_SETTINGS_MODULE": "acme.settings",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return ended.returncode, ended.stdout


def test_unit_tests_run_with_a_format_that_is_well(root: Path):
    status, printed = run_unit_tests(root)
    assert (status, "1 passed" in printed) == (0, True)


def test_unit_tests_end_where_the_build_would_lack_what_the_format_imports(root: Path):
    """All of src/ is there in unit tests; the build that failed had no folder api."""
    (root / "src/acme/errors.py").write_text(f"import acme.api.views\n{PROBLEM}")
    status, printed = run_unit_tests(root)
    assert status == pytest.ExitCode.USAGE_ERROR
    assert printed.strip() == (
        "ERROR: ERROR_FORMAT is acme.errors.Problem, which needs acme.api.views. "
        "The class, and what its module imports, may be in no folder api, fixtures, "
        "migrations, templates or tests, and in no urls.py, as nginx's errors are "
        "written without these: name or move it elsewhere."
    )


class Unable(ErrorFormat):
    def body(self, status, wrong):
        return {"title": {400: "Bad"}[status], "wrong": wrong}


class Sentences(ErrorFormat):
    def body(self, status, wrong):
        return wrong.upper()


class Untyped:
    def body(self, status, wrong):
        return wrong


class Binary(ErrorFormat):
    def body(self, status, wrong):
        return object()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "accounts.api.Problem",
            "cannot be imported (ModuleNotFoundError: No module named 'acco",
        ),
        (
            f"{__name__}.Problm",
            'cannot be imported (ImportError: Module "tests.test_error_format',
        ),
        (
            "Problem",
            "cannot be imported (ImportError: Problem doesn't look like a module path",
        ),
        (
            f"{__name__}.Unable",
            "cannot write an error (KeyError: <HTTPStatus.UNAUTHORIZED: 401>)",
        ),
        (
            f"{__name__}.Sentences",
            "cannot write an error (AttributeError: 'dict' object has no",
        ),
        (
            f"{__name__}.Untyped",
            "cannot write an error (AttributeError: 'Untyped' object has no",
        ),
        (
            f"{__name__}.Binary",
            "cannot write an error (TypeError: Object of type object is not",
        ),
    ],
)
def test_format_that_cannot_be_used_is_reported(
    settings, tmp_path, name: str, words: str
):
    settings.ERROR_FORMAT = name
    begin = f"ERROR_FORMAT is {name}, which {words}"
    (message,) = checks.usable_error_format(None)
    assert (message.id, message.msg[: len(begin)]) == ("chassis.E002", begin)
    with pytest.raises(CommandError) as error:
        call_command("writeerrors", tmp_path)
    assert str(error.value) == message.msg


def test_format_in_a_folder_that_is_left_out_is_reported(
    monkeypatch, settings, root: Path
):
    """As the plugin does, whose coverage is not measured.

    A module that is loaded before shows no fault.
    """
    monkeypatch.setattr(sys, "path", [str(root / "src"), *sys.path])
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "acme.errors")
    settings.ERROR_FORMAT = "acme.errors.Problem"
    assert fault() is None
    settings.ERROR_FORMAT = "acme.api.errors.Problem"
    try:
        assert fault().startswith(
            "ERROR_FORMAT is acme.api.errors.Problem, which needs acme.api.errors"
        )
        assert fault() is None
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] == "acme"]:
            del sys.modules[name]


@pytest.mark.usefixtures("_own_format")
def test_format_that_is_well_is_not_reported():
    assert checks.usable_error_format(None) == []
