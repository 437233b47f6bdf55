"""The same state directory on MicroPython, and the lock between the two interpreters."""

import os
import stat

import pytest
from doubles.micropython import run

from ezvpn.runtime.cpython.store import Store

PRELUDE = """
import sys
from ezvpn.runtime.exits import CannotStart
from ezvpn.runtime.micropython.store import Store, default_directory
"""


def script(body: str, *arguments: object) -> str:
    words = ", ".join(repr(str(argument)) for argument in arguments)
    return run(f"{PRELUDE}\nARGUMENTS = [{words}]\n{body}")


def test_files_and_copies(tmp_path):
    out = script(
        """
store = Store(ARGUMENTS[0] + "/it's/state")
store.open()
print(store.startup_config(), store.read("boots"))
for text in (b"one", b"two", b"three"):
    print(store.write("startup-config", text), store.startup_config())
print(store.write("boots", b"1"), store.read("boots"), store.write("../x", b"1"))
store.close()
""",
        tmp_path,
    )
    assert out == "None None\nTrue b'one'\nTrue b'two'\nTrue b'three'\nTrue b'1' False\n"
    state = tmp_path / "it's" / "state"
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert sorted(os.listdir(state)) == ["boots", "startup-config.a", "startup-config.b"]
    # What one interpreter wrote the other reads.
    other = Store(str(state))
    assert other.startup_config() == b"three"


def test_an_agent_on_cpython_holds_the_directory(tmp_path):
    holder = Store(str(tmp_path))
    holder.open()
    # The pip build runs inside a CPython process, so the child has a number of its own.
    body = """
try:
    Store(ARGUMENTS[0]).open()
except CannotStart as fault:
    print(fault.code, fault.text)
"""
    assert script(body, tmp_path).startswith(f"4 another ezvpn agent, process {os.getpid()}, holds {tmp_path}: ")
    holder.close()
    assert script(body, tmp_path) == ""


def test_a_file_in_the_directory_s_place_is_left_alone(tmp_path):
    path = tmp_path / "branch.conf"
    path.write_text("hostname x\n")
    path.chmod(0o644)
    body = """
try:
    Store(ARGUMENTS[0] + "/branch.conf").open()
except CannotStart as fault:
    print(fault.code, fault.text)
"""
    assert script(body, tmp_path) == f"3 {path}: not a directory\n"
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("hostname x\n", 0o644)


def test_config_is_replaced_and_the_last_one_stays(tmp_path):
    (tmp_path / "c.conf").write_bytes(b"one")
    out = script(
        """
store = Store(ARGUMENTS[0] + "/state", ARGUMENTS[0] + "/c.conf")
print(store.startup_config(), store.readable_by_others(), store.write("startup-config", b"two"))
try:
    Store(ARGUMENTS[0], ARGUMENTS[0] + "/nosuch").startup_config()
except CannotStart as fault:
    print(fault.code, fault.text)
""",
        tmp_path,
    )
    assert out == f"b'one' True True\n1 {tmp_path}/nosuch: no such file or directory\n"
    assert (tmp_path / "c.conf").read_bytes() == b"two"
    assert (tmp_path / "c.conf~").read_bytes() == b"one"


@pytest.mark.parametrize(
    ("variable", "value", "expected"), [("XDG_STATE_HOME", "/x", "/x/ezvpn"), ("HOME", "/h", None)]
)
def test_the_default_directory(monkeypatch, variable, value, expected):
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setenv(variable, value)
    root = "/var/lib/ezvpn"
    other = expected or "/h/.local/state/ezvpn"
    assert script("print(default_directory())") == (root if os.geteuid() == 0 else other) + "\n"


def test_a_file_grows_at_its_end_and_its_beginning_can_be_read(tmp_path):
    out = script(
        """
store = Store(ARGUMENTS[0])
print(store.append("flight-1", b"one"), store.append("flight-1", b"two"))
print(store.read("flight-1"), store.read("flight-1", 3), store.append("no/such", b"x"))
""",
        tmp_path,
    )
    assert out == "True True\nb'onetwo' b'one' False\n"


def test_a_private_file_is_made_anew(tmp_path):
    (tmp_path / "keys").write_bytes(b"of the last run")
    out = script(
        """
write = Store(ARGUMENTS[0]).private_file(ARGUMENTS[0] + "/keys")
write(b"one")
write(b"two")
try:
    Store(ARGUMENTS[0]).private_file(ARGUMENTS[0] + "/no/keys")
except CannotStart as fault:
    print(fault.code, fault.text)
""",
        tmp_path,
    )
    assert out == f"3 {tmp_path}/no/keys: no such file or directory\n"
    assert (tmp_path / "keys").read_bytes() == b"onetwo"
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o600
