"""The files behind console commands, over a real state directory."""

import pytest

from ezvpn.runtime.cpython.store import Store
from ezvpn.runtime.shelf import FILE_MAX, FILES_MAX, Shelf


@pytest.fixture
def store(tmp_path):
    store = Store(str(tmp_path))
    store.open()
    yield store
    store.close()


def test_files_of_flash_come_back_and_go(store):
    shelf = Shelf(store)
    assert shelf.names() == []
    assert shelf.read("flash:a") == ("there is no file flash:a", b"")
    assert shelf.delete("flash:a") == "there is no file flash:a"
    assert shelf.write("flash:a", b"one") == shelf.write("flash:b", b"") == shelf.write("flash:a", b"other") == ""
    assert shelf.names() == [("a", 5), ("b", 0)]
    assert shelf.read("flash:a") == ("", b"other")
    assert shelf.delete("flash:a") == ""
    assert shelf.names() == [("b", 0)]


@pytest.mark.parametrize("name", ["flash:../lock", "flash:/lock", "flash:.x", "flash:", "flash:a/b", "flash:a b"])
def test_no_name_leads_out_of_flash(store, name):
    shelf = Shelf(store)
    shelf.write("flash:a", b"x")
    assert "no such name" in shelf.write(name, b"x")
    assert shelf.read(name) == (f"there is no file {name}", b"")
    assert shelf.delete(name) == f"there is no file {name}"


def test_flash_is_bounded(store):
    shelf = Shelf(store)
    assert shelf.write("flash:big", bytes(FILE_MAX)) == ""
    assert shelf.write("flash:big", bytes(FILE_MAX + 1)) == "more than 131072 bytes"
    assert len(shelf.read("flash:big")[1]) == FILE_MAX
    with open(store.path("flash/big"), "ab") as file:
        file.write(b"x")
    assert shelf.read("flash:big") == ("flash:big is longer than 131072 bytes", b"")
    for number in range(FILES_MAX - 1):
        assert shelf.write(f"flash:{number}", b"") == ""
    assert "no more fit" in shelf.write("flash:another", b"")
    assert shelf.write("flash:0", b"again") == ""


def test_the_startup_config_is_written_and_erased(store, tmp_path):
    shelf = Shelf(store)
    assert shelf.read("startup-config") == ("startup-config is not present", b"")
    assert shelf.write("startup-config", b"hostname a\n") == ""
    assert shelf.read("startup-config") == ("", b"hostname a\n")
    assert shelf.delete("startup-config") == ""
    assert shelf.read("startup-config") == ("startup-config is not present", b"")
    missing = Shelf(Store(str(tmp_path), str(tmp_path / "nosuch.conf")))
    assert missing.read("startup-config")[0].endswith("nosuch.conf: No such file or directory")


def test_the_reason_of_a_failure_is_the_store_s(store, monkeypatch):
    shelf = Shelf(store)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert shelf.write("flash:a", b"x") == f"{store.directory}/flash/a: No space left on device" + (
        "; make room there or choose another place with --state-dir"
    )
