import sys

import pytest

from chassis import project


@pytest.fixture
def read(monkeypatch, tmp_path):
    """Read the project of a settings module beside this pyproject.toml; None: without one."""
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
    assert found == ("acme-orders", "Orders")
    assert found.database == "acme_orders"


def test_description_may_be_missing(read):
    assert read('[project]\nname = "acme"\n').description == ""


@pytest.mark.parametrize(("text", "sentence"), [("", "has no name in"), (None, "there is no pyproject.toml above")])
def test_what_is_missing_is_told_in_a_sentence(read, text, sentence):
    with pytest.raises(SystemExit, match=f"settings: .*{sentence}"):
        read(text)
