"""docs/json.md says what the program answers."""

from pathlib import Path

from doubles import json_reference

PAGE = Path(__file__).resolve().parents[3] / "docs" / "json.md"
AGAIN = "cd tests && ../.venv/bin/python -m doubles.json_reference > ../docs/json.md"


def test_the_page_is_what_the_program_answers() -> None:
    assert PAGE.read_text() == json_reference.document(), "make it again: " + AGAIN


def test_every_command_and_every_key_is_told() -> None:
    text = json_reference.document()
    for command in json_reference.commands():
        assert f"## `{json_reference.heading(command)}`" in text
        for path in json_reference.kinds(command):
            if not path.endswith("[]"):
                assert f"| `{path}` |" in text, (command, path)
