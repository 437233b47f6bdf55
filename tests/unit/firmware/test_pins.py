"""Which sources are pinned, and that a wrong file is never used."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from ezvpn_firmware import pins
from ezvpn_firmware.trouble import Trouble

ROW = """suite = "trixie"
[musl]
version = "1.2.5-3"
file = "musl.tar.gz"
sha256 = "{sha256}"
folder = "musl-1.2.5"
"""


def test_the_pins_of_this_project_are_whole() -> None:
    found = pins.read()
    assert [pin.name for pin in found.sources] == ["mbedtls", "micropython", "musl"]
    assert found.suite == "trixie"
    assert all(pin.folder and pin.version and len(pin.sha256) == 64 for pin in found.sources)
    assert found.of("musl").file == "musl_1.2.5.orig.tar.gz"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("suite = ", "Invalid value"),
        ("[musl]", "no suite"),
        ('suite = "trixie"\nmusl = 1', "musl: not a table"),
        ('suite = "trixie"\n[musl]\nversion = "1"', "[musl] has no file"),
        (ROW.format(sha256="A" * 64), "[musl] sha256 is not 64 hexadecimal digits"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "pins.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Trouble) as trouble:
        pins.read(path)
    assert trouble.value.what.startswith("pins.toml: ") and said in trouble.value.what


def test_no_file_at_all_is_told(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match=r"pins\.toml: .*No such file"):
        pins.read(tmp_path / "pins.toml")


def test_a_file_with_another_checksum_is_deleted(tmp_path: Path) -> None:
    path = tmp_path / "musl.tar.gz"
    path.write_bytes(b"good")
    pin = pins.Pin("musl", "1", path.name, hashlib.sha256(b"good").hexdigest(), "musl-1")
    pins.verify(pin, path)
    path.write_bytes(b"bad")
    with pytest.raises(Trouble, match="is not the pinned source"):
        pins.verify(pin, path)
    assert not path.exists()
