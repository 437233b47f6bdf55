"""Configuration mode: what takes effect when."""

from doubles.host import FakeHost

from ezvpn.console.configure import Configure, tells_secret


def typed(host: FakeHost, *lines: str) -> Configure:
    configure = Configure(host)
    for line in lines:
        match = configure.line(line, 0)
        assert match.status == "ok", (line, match.message())
    return configure


def test_a_global_line_takes_effect_at_once() -> None:
    host = FakeHost()
    configure = typed(host, "hostname Branch")
    assert host.calls == [("apply", "Branch")]
    assert (configure.changed, configure.done) == (True, False)


def test_lines_of_a_block_take_effect_together_when_it_is_left() -> None:
    for leaving in ("exit", "end"):
        host = FakeHost()
        configure = typed(host, "crypto ipsec client ezvpn cisco", "peer 10.0.0.9", "connect auto")
        assert host.calls == []
        configure.line(leaving, 0)
        assert len(host.calls) == 1
        assert [peer.host for peer in host.config.profiles[0].peers] == ["100.1.1.4", "10.0.0.9"]
        assert host.config.profiles[0].connect == "auto"
        assert configure.done == (leaving == "end")


def test_the_next_parent_command_leaves_the_block() -> None:
    host = FakeHost()
    configure = typed(host, "crypto ipsec client ezvpn cisco", "peer 10.0.0.9", "hostname Branch")
    assert host.calls == [("apply", "Router"), ("apply", "Branch")]
    assert configure.prompt() == "(config)#"


def test_the_next_block_leaves_the_block() -> None:
    host = FakeHost()
    configure = typed(host, "crypto ipsec client ezvpn cisco", "peer 10.0.0.9", "interface Fa0")
    assert len(host.calls) == 1
    assert [one.name for one in host.config.interfaces] == ["Ethernet0/0", "Loopback0"], "Fa0 is still being typed"
    assert configure.prompt() == "(config-if)#"


def test_a_block_that_changes_nothing_is_not_applied() -> None:
    host = FakeHost()
    configure = typed(host, "crypto ipsec client ezvpn cisco", "connect manual", "exit", "end")
    assert host.calls == []
    assert (configure.changed, configure.done) == (False, True)


def test_a_wrong_line_changes_nothing() -> None:
    host = FakeHost()
    configure = typed(host, "crypto ipsec client ezvpn cisco")
    assert configure.line("peer -", 0).status == "invalid"
    assert configure.line("no peer 9.9.9.9", 0).status == "rejected"
    configure.line("exit", 0)
    assert host.calls == []
    assert configure.prompt() == "(config)#"


def test_the_running_configuration_is_never_changed_in_place() -> None:
    host = FakeHost()
    before = host.config
    typed(host, "crypto ipsec client ezvpn cisco", "peer 10.0.0.9", "exit", "hostname Branch")
    assert [peer.host for peer in before.profiles[0].peers] == ["100.1.1.4"]
    assert before.hostname == "Router"


def test_two_consoles_do_not_undo_each_other() -> None:
    host = FakeHost()
    first = typed(host, "crypto ipsec client ezvpn cisco", "peer 10.0.0.9")
    typed(host, "hostname Branch", "no interface Loopback0")
    first.line("exit", 0)
    assert host.config.hostname == "Branch"
    assert len(host.config.interfaces) == 1
    assert len(host.config.profiles[0].peers) == 2
    typed(host, "hostname Edge")
    first.line("crypto isakmp keepalive 10", 0)
    assert host.config.hostname == "Edge"


def test_what_another_console_made_impossible_is_said() -> None:
    host = FakeHost()
    first = typed(host, "crypto ipsec client ezvpn cisco", "no peer 100.1.1.4")
    typed(host, "no crypto ipsec client ezvpn cisco")
    first.line("exit", 0)
    assert first.warnings == ["not done, another console has changed the configuration: there is no peer 100.1.1.4"]


def test_warnings_of_the_block_that_was_left() -> None:
    host = FakeHost()
    configure = typed(host, "crypto ipsec client ezvpn cisco", "transform-set nowhere")
    configure.line("exit", 0)
    assert len(configure.warnings) == 1
    assert "nowhere" in configure.warnings[0]
    host.warnings = ["interface Fa9 is absent"]
    configure.line("hostname Branch", 0)
    assert (configure.warnings, configure.logged) == ([], ["interface Fa9 is absent"])


def test_a_block_is_bounded() -> None:
    host = FakeHost()
    configure = typed(host, "crypto ipsec client ezvpn cisco")
    for _ in range(511):
        assert configure.line("connect auto", 0).status == "ok"
    assert configure.line("connect auto", 0).message() == "% more than 512 lines: leave this mode first"
    assert configure.line("exit", 0).status == "ok"
    assert len(host.calls) == 1


def test_lines_that_may_hold_a_secret() -> None:
    for line in ("group g key x", "username u pass x", "grup g k x", "enable sec x", " PASSWORD"):
        assert tells_secret(line), line
    for line in ("", "peer 10.0.0.1", "crypto isakmp policy 1", "mode client"):
        assert not tells_secret(line), line
