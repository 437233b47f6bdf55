"""`configure replace`. What is printed is in tests/transcript/replace.txt."""

from doubles.host import CONFIG, FakeHost

from ezvpn.console.shell import Session


def execute(host: FakeHost, command: str) -> "tuple[int, str]":
    return Session(host, 0, privileged=True).execute(command, 5000)


def test_without_a_console_it_needs_force():
    host = FakeHost(stored={"startup-config": b"hostname Before\n"})
    assert execute(host, "configure replace startup-config") == (
        1,
        "What it does to the tunnels:\n  hostname: no tunnel is touched\n"
        "  ezvpn cisco: profile: the tunnel is deleted\n  interfaces: no tunnel is touched\n"
        "% Nobody can be asked here: add `force`\n",
    )
    assert host.calls == []
    assert execute(host, "configure replace nvram:startup-config force")[0] == 0
    assert host.calls == [("apply", "Before"), ("configured", 0)]


def test_one_error_anywhere_changes_nothing():
    host = FakeHost(stored={"flash:a": (CONFIG + "nonsense\n").encode()})
    code, text = execute(host, "configure replace flash:a force")
    assert code == 1
    assert "flash:a:13:2: unknown command" in text
    assert host.calls == []


def test_it_is_one_change():
    host = FakeHost(stored={"flash:a": CONFIG.replace("manual", "auto").replace("branch key", "other key").encode()})
    assert execute(host, "configure replace flash:a force")[0] == 0
    assert [call for call in host.calls if call[0] == "apply"] == [("apply", "Router")]
    assert host.config.profiles[0].group == "other"
