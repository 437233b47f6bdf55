"""What both stores share, over files written the simplest way. Locks, modes and power cuts: test_store, test_power_cuts."""

import os

import pytest

from ezvpn.runtime.exits import CannotStart
from ezvpn.runtime.state_files import StateFiles


class Plain(StateFiles):
    _advice = {28: "; make room"}
    full = False

    def _replace(self, path, data, mode):
        if self.full:
            raise OSError(28, "no space")
        with open(path, "wb") as file:
            file.write(data)

    def _make_folder(self, path):
        os.mkdir(path)

    def _words(self, error):
        return error.strerror.lower()


@pytest.fixture
def files(tmp_path):
    return Plain(str(tmp_path), "")


def test_a_save_goes_to_the_older_copy_and_the_newer_one_is_read(files):
    assert files.startup_config() is None
    for text in (b"one", b"two", b"three"):
        assert files.write("startup-config", text)
        assert files.startup_config() == text
    assert sorted(os.listdir(files.directory)) == ["startup-config.a", "startup-config.b"]


def test_erasing_leaves_no_older_one(files):
    files.write("startup-config", b"one")
    files.write("startup-config", b"two")
    assert files.erase()
    assert files.startup_config() is None
    assert len(os.listdir(files.directory)) == 1


def test_config_is_replaced_and_the_last_one_stays(tmp_path):
    path = tmp_path / "branch.conf"
    files = Plain(str(tmp_path), str(path))
    with pytest.raises(CannotStart, match="branch.conf: no such file or directory"):
        files.startup_config()
    assert not files.readable_by_others()
    assert files.write("startup-config", b"one")
    assert files.write("startup-config", b"two")
    assert (path.read_bytes(), (tmp_path / "branch.conf~").read_bytes()) == (b"two", b"one")
    assert files.erase()
    assert path.read_bytes() == b""


def test_a_folder_is_made_for_the_first_file_in_it(files):
    assert files.write("flash/branch", b"one")
    assert files.write("flash/branch", b"two")
    assert (files.read("flash/branch"), files.read("flash/branch", 2)) == (b"two", b"tw")
    assert files.remove("flash/branch")
    assert files.read("flash/branch") is None


def test_why_it_failed_is_said_until_the_next_one(files):
    assert not files.write("../x", b"")
    assert files.problem.startswith("../x: no such name: use letters")
    files.full = True
    assert not files.write("boots", b"1")
    assert files.problem == files.directory + "/boots: no space; make room"
    files.full = False
    assert files.write("boots", b"1")
    assert files.problem == ""
