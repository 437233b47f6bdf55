"""The state directory: lock, atomic files, startup configuration in two copies or as CONFIG."""

import os
import stat
import subprocess
import sys

import pytest

from ezvpn.runtime.cpython.store import Store, default_directory
from ezvpn.runtime.exits import CannotStart


def mode(path) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


@pytest.fixture
def store(tmp_path):
    store = Store(str(tmp_path / "deep" / "state"))
    store.open()
    yield store
    store.close()


def test_the_default_directory_follows_user_and_environment(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert default_directory() == "/var/lib/ezvpn"
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_STATE_HOME", "/x")
    assert default_directory() == "/x/ezvpn"
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", "/users/u")
    assert default_directory() == "/users/u/.local/state/ezvpn"


def test_directory_and_files_keep_others_out(store):
    assert store.write("boots", b"1")
    assert mode(store.directory) == 0o700
    assert mode(store.path("boots")) == 0o600
    assert mode(store.path("lock")) == 0o600


def test_a_second_agent_is_told_who_holds_it(store):
    with pytest.raises(CannotStart, match=f"process {os.getpid()}, holds {store.directory}") as fault:
        Store(store.directory).open()
    assert fault.value.code == 4
    store.close()
    again = Store(store.directory)
    again.open()
    again.close()


def test_an_agent_on_the_other_interpreter_has_no_flock_but_holds_it_too(store):
    store.close()
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with open(f"/proc/{child.pid}/stat") as file:
        started = file.read().rsplit(")", 1)[1].split()[19]
    with open("/proc/sys/kernel/random/boot_id") as file:
        boot = file.read().strip()
    try:
        with open(store.path("lock"), "w") as lock:
            lock.write(f"{child.pid} {started} {boot}\n")
        with pytest.raises(CannotStart, match=f"process {child.pid}, holds"):
            Store(store.directory).open()
    finally:
        child.communicate(b"\n")
    Store(store.directory).open()  # it died without cleaning up


def test_a_directory_that_cannot_be_made_names_the_way_out(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotStart, match="Not a directory") as fault:
        Store(str(tmp_path / "file" / "state")).open()
    assert fault.value.code == 3


def test_a_file_in_the_directory_s_place_is_left_alone(tmp_path):
    path = tmp_path / "branch.conf"
    path.write_text("hostname x\n")
    path.chmod(0o644)
    with pytest.raises(CannotStart, match="is no directory; choose another place with --state-dir"):
        Store(str(path)).open()
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("hostname x\n", 0o644)


def test_files_are_replaced_whole_or_not_at_all(store, monkeypatch):
    assert store.write("boots", b"one")
    assert store.read("boots") == b"one"

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert not store.write("boots", b"two")
    monkeypatch.undo()
    assert store.read("boots") == b"one"
    assert sorted(os.listdir(store.directory)) == ["boots", "lock"]


@pytest.mark.parametrize("name", ["../x", "a/b", ".hidden", "/etc/x"])
def test_names_stay_in_the_directory(store, name):
    assert not store.write(name, b"x")


def test_the_startup_config_alternates_between_two_copies(store):
    assert store.startup_config() is None
    for text in (b"one", b"two", b"three"):
        assert store.write("startup-config", text)
        assert store.startup_config() == text
    # A power cut while writing the fourth: the third is still there.
    with open(store.path("startup-config.b"), "wb") as file:
        file.write(b"! ezvpn startup-config generation 4 sha2")
    assert store.startup_config() == b"three"


def test_config_is_the_startup_config_and_the_last_one_stays(tmp_path):
    config = tmp_path / "branch.conf"
    config.write_bytes(b"one")
    config.chmod(0o640)
    (tmp_path / "link.conf").symlink_to("branch.conf")
    store = Store(str(tmp_path / "state"), str(tmp_path / "link.conf"))
    assert store.startup_config() == b"one"
    assert store.readable_by_others()
    assert store.write("startup-config", b"two")
    assert config.read_bytes() == b"two"
    assert (tmp_path / "branch.conf~").read_bytes() == b"one"
    assert (tmp_path / "link.conf").is_symlink()
    assert mode(config) == 0o640
    config.chmod(0o600)
    assert not store.readable_by_others()


def test_a_config_that_is_not_there(tmp_path):
    store = Store(str(tmp_path / "state"), str(tmp_path / "nosuch.conf"))
    with pytest.raises(CannotStart, match=r"nosuch.conf: No such file or directory$") as fault:
        store.startup_config()
    assert fault.value.code == 1
    assert store.write("startup-config", b"two")
    assert mode(tmp_path / "nosuch.conf") == 0o600


def test_a_full_directory_keeps_no_agent_from_running(tmp_path, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    store = Store(str(tmp_path))
    monkeypatch.setattr(os, "pwrite", full)
    store.open()
    assert store.notes == [
        f"{tmp_path}: No space left on device; make room there or choose another place with --state-dir; "
        "nothing can be saved until then"
    ]
    with pytest.raises(CannotStart, match="another ezvpn agent"):
        Store(str(tmp_path)).open()
    store.close()


def test_a_file_grows_at_its_end_and_its_beginning_can_be_read(store):
    assert store.append("flight-1", b"one")
    assert store.append("flight-1", b"two")
    assert store.read("flight-1") == b"onetwo"
    assert store.read("flight-1", 3) == b"one"
    assert mode(store.path("flight-1")) == 0o600
    assert not store.append("no/such/place", b"x")


def test_a_private_file_is_made_anew_and_keeps_others_out(store, tmp_path):
    path = tmp_path / "keys"
    path.write_bytes(b"of the last run")
    path.chmod(0o644)
    write = store.private_file(str(path))
    write(b"one")
    write(b"two")
    assert (path.read_bytes(), mode(path)) == (b"onetwo", 0o600)
    with pytest.raises(CannotStart, match="No such file"):
        store.private_file(str(tmp_path / "no" / "keys"))
