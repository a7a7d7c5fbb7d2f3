import pytest
from environs import validate

from chassis.environment import Environment


def test_every_fault_is_named_at_once(monkeypatch):
    monkeypatch.setenv("MALFORMED", "eighty")
    env = Environment()
    env.str("MISSING")
    env.int("MALFORMED")
    env.str(
        "MALFORMED",
        validate=[validate.Length(max=5), validate.Regexp("nine", error="Not nine.")],
    )
    with pytest.raises(SystemExit) as error:
        env.seal()
    assert str(error.value) == (
        "settings: MISSING: Environment variable not set. "
        "MALFORMED: Not a valid integer. Longer than maximum length 5. Not nine."
    )


@pytest.mark.parametrize("value", [" hush ", "HUSHX"])
def test_value_from_a_file(monkeypatch, tmp_path, value: str):
    (tmp_path / "secret").write_text(f"{value}\r\n\n")
    monkeypatch.setenv("SECRET_FILE", str(tmp_path / "secret"))
    assert Environment().str("SECRET") == value


def test_empty_file_is_no_value(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("\n")
    monkeypatch.setenv("SECRET_FILE", str(tmp_path / "secret"))
    with pytest.raises(SystemExit, match="SECRET_FILE names an empty file"):
        Environment().str("SECRET", "default")


def test_value_and_file_together_are_an_error(monkeypatch):
    monkeypatch.setenv("SECRET", "hush")
    monkeypatch.setenv("SECRET_FILE", "/nowhere")
    with pytest.raises(SystemExit, match="set SECRET or SECRET_FILE, not both"):
        Environment().str("SECRET")


def test_empty_value_beside_a_file_is_none(monkeypatch, tmp_path):
    """Files of deployments pass variables on, empty where nobody sets them."""
    (tmp_path / "secret").write_text("hush")
    monkeypatch.setenv("SECRET", "")
    monkeypatch.setenv("SECRET_FILE", str(tmp_path / "secret"))
    assert Environment().str("SECRET") == "hush"


def test_unreadable_file_is_named(monkeypatch):
    monkeypatch.setenv("SECRET_FILE", "/nowhere")
    with pytest.raises(SystemExit, match="SECRET_FILE must be a readable file path"):
        Environment().str("SECRET")
