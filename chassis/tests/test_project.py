import sys

import pytest

from chassis import project


@pytest.fixture
def read(monkeypatch, tmp_path):
    """Read the project of a settings module with this pyproject.toml; None: without."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "settings_of_a_test.py").touch()
    monkeypatch.setattr(sys, "path", [str(tmp_path / "src"), *sys.path])
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "settings_of_a_test")

    def read(text: str | None) -> project.Project:
        if text is not None:
            (tmp_path / "pyproject.toml").write_text(text)
        return project.read()

    return read


def test_name_gives_the_database_its_name(read):
    found = read('[project]\nname = "acme-orders"\ndescription = "Orders"\n')
    assert found == ("acme-orders", "Orders", "psycopg2", ("en",), ())
    assert found.database == "acme_orders"


def test_description_may_be_missing(read):
    assert read('[project]\nname = "acme"\n').description == ""


def test_driver_is_the_one_that_is_declared(read):
    declared = '[project]\nname = "acme"\n[tool.template]\ndriver = "psycopg"\n'
    assert read(declared).driver == "psycopg"


def test_languages_are_english_and_those_that_are_declared(read):
    declared = (
        '[project]\nname = "acme"\n[tool.template]\nlanguages = ["pt_BR", "de"]\n'
    )
    assert read(declared).languages == ("en", "pt_BR", "de")


def test_promised_are_the_views_with_objectives_of_their_own(read):
    declared = (
        '[project]\nname = "acme"\n'
        '[tool.template.objectives.views."admin:login"]\navailability = 0.9\n'
    )
    assert read(declared).promised == ("admin:login",)


ABOVE = "there is no pyproject.toml above the settings module."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("", r"/pyproject\.toml has no name in \[project\]."), (None, ABOVE)],
)
def test_what_is_missing_is_reported_in_a_sentence(read, text, sentence):
    with pytest.raises(SystemExit, match=f"^settings: .*{sentence}$"):
        read(text)


@pytest.mark.parametrize("module", ["settings_that_are_not_there", "src"])
def test_settings_that_are_in_no_file_are_reported(monkeypatch, tmp_path, module):
    """A folder without a module in it is found, too."""
    (tmp_path / "src").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", module)
    with pytest.raises(SystemExit, match=f"^settings: {ABOVE}$"):
        project.read()
