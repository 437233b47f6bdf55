"""Copying, listing, deleting. What is printed is in tests/transcript/files.txt."""

from doubles.host import FakeHost

from ezvpn.console.shell import Session


def execute(host: FakeHost, command: str) -> "tuple[int, str]":
    return Session(host, 0, privileged=True).execute(command, 5000)


def test_a_file_holds_what_runs_with_its_secrets_and_comes_back():
    host = FakeHost()
    assert execute(host, "copy running-config flash:a")[0] == 0
    assert b"sesame-key" in host.stored["flash:a"]
    assert execute(host, "copy flash:/a startup-config")[0] == 0
    assert host.stored["startup-config"] == host.stored["flash:a"]
    assert execute(host, "copy nvram:startup-config b")[0] == 0
    assert host.stored["flash:b"] == host.stored["flash:a"]


def test_a_command_without_a_console_asks_nothing_it_could_not_be_told():
    host = FakeHost()
    execute(host, "copy running-config flash:a")
    assert execute(host, "copy running-config flash:a")[0] == 0  # over the old one
    assert execute(host, "copy running-config flash:") == (
        1,
        "% This command asks questions: use a console (`ezvpn console`)\n",
    )
    assert execute(host, "delete flash:a")[0] == 0
    assert "flash:a" not in host.stored


def test_merging_the_same_changes_nothing():
    host = FakeHost()
    execute(host, "copy running-config flash:a")
    host.calls = []
    assert execute(host, "copy flash:a running-config")[0] == 0
    assert host.calls == []


def test_what_cannot_be_a_file():
    host = FakeHost()
    for command in ("more startup-config", "more flash:", "delete flash:", "copy flash: flash:x", "more tape:x"):
        assert execute(host, command)[0] == 1, command
    assert host.calls == []


def test_warnings_of_the_device_are_printed():
    host = FakeHost()
    host.warnings = ["eth0 has no address"]
    host.stored["flash:a"] = b"hostname other\n"
    assert "% Warning: eth0 has no address" in execute(host, "copy flash:a running-config")[1]
