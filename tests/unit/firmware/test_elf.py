"""What is no executable is refused; the rest is in test_pack."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ezvpn_firmware.elf import PT_LOAD, Elf, NotElf


@pytest.mark.parametrize("data", [b"", b"#!/bin/sh\n", b"\x7fELF\x03\x01", b"\x7fELF\x02\x00"])
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(NotElf):
        Elf(data)


def test_this_interpreter_is_one() -> None:
    elf = Elf(Path(sys.executable).resolve().read_bytes())
    assert any(segment.type == PT_LOAD for segment in elf.segments())
    assert ".text" in [section.name for section in elf.sections()]
    with pytest.raises(KeyError):
        elf.words(1 << 60, (0,))
