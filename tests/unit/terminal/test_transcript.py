"""The log file: its owner's alone, appended to, and no reason to end a session."""

import os

import pytest

from ezvpn.terminal.ports import NoPort
from ezvpn.terminal.transcript import Transcript


def test_all_bytes_are_appended_and_a_new_file_is_its_owners(tmp_path):
    path = tmp_path / "log"
    for data in (b"\x1b[1mone\r\n", b"\xff\0two"):
        transcript = Transcript(str(path))
        transcript.write(data)
        transcript.close()
    assert path.read_bytes() == b"\x1b[1mone\r\n\xff\0two"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_cannot_be_opened(tmp_path):
    with pytest.raises(NoPort, match="No such file or directory; name another file for --log") as fault:
        Transcript(str(tmp_path / "no" / "log"))
    assert fault.value.code == 3


def test_a_full_disk_is_told_and_ends_nothing():
    transcript = Transcript("/dev/full")
    transcript.write(b"x")
    transcript.write(b"y")
    assert transcript.fault == f"/dev/full: {os.strerror(28)}; nothing more is logged"
    transcript.close()
