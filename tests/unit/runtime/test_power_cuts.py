"""The process killed at every write, sync, rename and removal of a save; the disk full or read-only at each of them.

The disk is tests/doubles/fault_disk.py: it also loses what was not synced. On MicroPython the same in
tests/dual/cases/store_power_cuts.py.
"""

from __future__ import annotations

import errno
import types

import pytest
from doubles.fault_disk import Disk, cuts, under
from doubles.replay import Chance

from ezvpn.crypto.choose import best
from ezvpn.node.vault import Vault
from ezvpn.record import Secret
from ezvpn.runtime import copies, state_files
from ezvpn.runtime.cpython import store as cpython_store
from ezvpn.runtime.micropython import store as micropython_store

TEXTS = [b"hostname number%d\n" % number * 40 for number in range(5)]
STORES = [(cpython_store, False), (micropython_store, True)]
IDS = ["cpython", "micropython"]


@pytest.fixture(params=STORES, ids=IDS)
def interpreter(request, monkeypatch):
    module, syncing = request.param
    for each in (module, state_files):
        monkeypatch.setattr(each, "os", each.os)
        monkeypatch.setattr(each, "open", open, raising=False)
    return module, syncing


def store_of(module: types.ModuleType, config: str = "") -> object:
    return module.Store("/state", config)


def saved(module: types.ModuleType, syncing: bool, count: int, config: str = "") -> Disk:
    """A disk on which so many configurations were saved, one after the other."""
    disk = Disk(["/state", "/etc"])
    under(disk, module, syncing)
    for number in range(count):
        assert store_of(module, config).write("startup-config", TEXTS[number])
    return disk


@pytest.mark.parametrize("before", [0, 1, 2, 3])
def test_no_cut_during_a_save_loses_a_configuration(interpreter, before):
    module, syncing = interpreter
    old = TEXTS[before - 1] if before else None

    def save(kind):
        assert kind("/state").write("startup-config", TEXTS[before])

    def check(kind, done, what):
        store = kind("/state")
        found = store.startup_config()
        assert found == TEXTS[before] if done else found in (old, TEXTS[before]), what
        # And the next save is none the worse for it.
        assert store.write("startup-config", TEXTS[4])
        assert kind("/state").startup_config() == TEXTS[4], what

    assert cuts(module, syncing, saved(module, syncing, before), save, check) >= 25


@pytest.mark.parametrize("before", [0, 1, 2])
def test_no_cut_while_config_is_replaced_loses_it(interpreter, before):
    module, syncing = interpreter
    old = TEXTS[before - 1] if before else None

    def save(kind):
        assert kind("/state", "/etc/branch.conf").write("startup-config", TEXTS[before])

    def check(kind, done, what):
        store = kind("/state", "/etc/branch.conf")
        if not done and not before and "/etc/branch.conf" not in module.os.disk.names:
            return  # there was none, and there is none
        found = store.startup_config()
        assert found == TEXTS[before] if done else found in (old, TEXTS[before]), what

    assert cuts(module, syncing, saved(module, syncing, before, "/etc/branch.conf"), save, check) >= 25


@pytest.mark.parametrize("before", [1, 2, 3])
def test_no_cut_while_erasing_brings_an_older_configuration_back(interpreter, before):
    module, syncing = interpreter

    def erase(kind):
        assert kind("/state").erase()

    def check(kind, done, what):
        found = kind("/state").startup_config()
        assert found is None if done else found in (None, TEXTS[before - 1]), what

    assert cuts(module, syncing, saved(module, syncing, before), erase, check) >= 25


def test_no_cut_during_any_other_file_leaves_half_of_it(interpreter):
    module, syncing = interpreter
    disk = Disk()
    under(disk, module, syncing)
    assert module.Store("/state").write("flash/branch", b"old " * 100)

    def save(kind):
        assert kind("/state").write("flash/branch", b"new " * 100)

    def check(kind, done, what):
        found = kind("/state").read("flash/branch")
        assert found == b"new " * 100 if done else found in (b"old " * 100, b"new " * 100), what

    assert cuts(module, syncing, disk, save, check) >= 25


@pytest.mark.parametrize("change", [False, True], ids=["first key", "new key"])
def test_no_cut_separates_a_configuration_from_the_key_that_opens_it(interpreter, change):
    """The first save with `password encryption aes`, and one after `key config-key`."""
    module, syncing = interpreter
    crypto = best(Chance(1))

    def save(kind):
        store = kind("/state")
        vault = Vault(crypto, store, Chance(len(module.os.disk.names)))
        if change:
            assert vault.change(Secret("open-sesame")) == ""
        assert vault.ready() == ""
        assert store.write("startup-config", vault.seal(b"sesame").encode())

    def check(kind, done, what):
        store = kind("/state")
        found = store.startup_config()
        if not done and found == TEXTS[0]:
            return
        assert found is not None, what
        assert Vault(crypto, store, Chance(9)).unseal(found.decode()) == b"sesame", what

    start = saved(module, syncing, 1)
    if change:
        under(start, module, syncing)
        save(module.Store)
    assert cuts(module, syncing, start, save, check) >= 50


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS])
@pytest.mark.parametrize("config", ["", "/etc/branch.conf"])
def test_a_full_or_read_only_disk_is_said_and_the_old_configuration_stays(interpreter, config, code):
    module, syncing = interpreter
    start = saved(module, syncing, 2, config)
    refused = 0
    for at in range(20):
        disk = start.copy()
        disk.cut_at, disk.fails, disk.for_good = at, code, True
        under(disk, module, syncing)
        store = store_of(module, config)
        if store.write("startup-config", TEXTS[2]):
            break
        refused += 1
        words = {errno.ENOSPC: "no space left on device; make room", errno.EROFS: "read-only file system; choose"}
        assert store.problem.lower().startswith((config or "/state/startup-config") + ": "), store.problem
        if "injected" not in store.problem:
            assert words[code] in store.problem.lower()
        disk.for_good = False
        assert store_of(module, config).startup_config() in (TEXTS[1], TEXTS[2])
        under(disk.after_cut("lost"), module, syncing)
        assert store_of(module, config).startup_config() in (TEXTS[1], TEXTS[2])
    assert refused >= 5


def test_what_is_damaged_is_said_with_what_is_used_instead(interpreter):
    module, syncing = interpreter
    disk = saved(module, syncing, 3)
    disk.names["/state/startup-config.a"].data = copies.pack(3, TEXTS[2])[:-7]
    store = store_of(module)
    assert store.startup_config() == TEXTS[1]
    assert store.remarks == ["startup-config.a is damaged; startup-config.b of generation 2 is used"]
    disk.names["/state/startup-config.b"].data = b""
    assert store.startup_config() is None
    assert store.remarks == [
        "startup-config.a is damaged; there is no other copy, so no startup configuration",
        "startup-config.b is damaged; there is no other copy, so no startup configuration",
    ]


def test_a_save_that_was_cut_off_is_said_once(interpreter):
    module, syncing = interpreter
    disk = saved(module, syncing, 2)
    disk.create("/state/.startup-config.a.new")
    store = store_of(module)
    assert store.startup_config() == TEXTS[1]
    assert store.remarks == ["startup-config.a: the last save was cut off; startup-config.b of generation 2 is used"]
    assert store.startup_config() == TEXTS[1]
    assert store.remarks == []
    disk.create("/etc/.branch.conf.new")
    disk.create("/etc/branch.conf").data = TEXTS[0]
    store = store_of(module, "/etc/branch.conf")
    assert store.startup_config() == TEXTS[0]
    assert store.remarks == ["/etc/branch.conf: the last save was cut off; the configuration before it is used"]


@pytest.mark.parametrize("config", ["", "/etc/branch.conf"])
def test_a_read_only_place_is_no_save_that_was_cut_off(interpreter, config):
    module, syncing = interpreter
    saved(module, syncing, 2, config)

    def refuse(path):
        raise OSError(errno.EROFS, "Read-only file system")  # before anybody looks for the name

    module.os.unlink = module.os.remove = refuse
    store = store_of(module, config)
    assert (store.startup_config(), store.remarks) == (TEXTS[1], [])
