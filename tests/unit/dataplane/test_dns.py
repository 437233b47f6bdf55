"""The resolver file: written while a tunnel with servers is up, and exactly as before afterwards, also after a crash."""

from doubles.plane_kernel import FakeKernel

from ezvpn.dataplane.dns import Resolver, resolver_text
from ezvpn.wire.inet import ipv4_bytes
from unit.dataplane.contract import mode_config

PATH = "/etc/resolv.conf"
BEFORE = "# by dhcp\nnameserver 192.0.2.53\n"


def config_with(*servers, domain=""):
    config = mode_config()
    config.dns = tuple(ipv4_bytes(server) for server in servers)
    config.domain = domain
    return config


def lines(text):
    return [line for line in text.split("\n") if line and not line.startswith("#")]


def test_what_is_written():
    text = resolver_text(config_with("10.1.0.1", "10.1.0.2", "10.1.0.3", "10.1.0.4", domain="corp.example"))
    assert lines(text) == ["search corp.example", "nameserver 10.1.0.1", "nameserver 10.1.0.2", "nameserver 10.1.0.3"]
    assert resolver_text(config_with(domain="corp.example")) == ""


def test_a_domain_cannot_add_a_line():
    for domain in ("x\nnameserver 203.0.113.66", "a b", "", "x" * 300):
        assert lines(resolver_text(config_with("10.1.0.1", domain=domain))) == ["nameserver 10.1.0.1"]


def test_it_comes_back():
    kernel = FakeKernel()
    kernel.files[PATH] = BEFORE
    resolver = Resolver(kernel, PATH)
    resolver.apply("a", config_with("10.1.0.1"))
    assert lines(kernel.files[PATH]) == ["nameserver 10.1.0.1"]
    assert kernel.trail == ["write resolv.conf.before", "write /etc/resolv.conf"], "the backup comes first"
    resolver.apply("b", config_with("10.2.0.1"))
    assert lines(kernel.files[PATH]) == ["nameserver 10.2.0.1"]
    resolver.release("b")
    assert lines(kernel.files[PATH]) == ["nameserver 10.1.0.1"]
    resolver.release("a")
    assert kernel.files == {PATH: BEFORE}


def test_no_file_before_is_no_file_after():
    kernel = FakeKernel()
    resolver = Resolver(kernel, PATH)
    resolver.apply("a", config_with("10.1.0.1"))
    resolver.release("a")
    assert kernel.files == {}


def test_a_crash_is_cleaned_up_at_the_next_start():
    kernel = FakeKernel()
    kernel.files[PATH] = BEFORE
    Resolver(kernel, PATH).apply("a", config_with("10.1.0.1"))
    Resolver(kernel, PATH).clean()
    assert kernel.files == {PATH: BEFORE}


def test_who_wrote_after_us_knows_better():
    kernel = FakeKernel()
    kernel.files[PATH] = BEFORE
    resolver = Resolver(kernel, PATH)
    resolver.apply("a", config_with("10.1.0.1"))
    kernel.files[PATH] = "nameserver 192.0.2.54\n"
    resolver.release("a")
    assert kernel.files == {PATH: "nameserver 192.0.2.54\n"}


def test_a_read_only_file_system_at_the_end_raises_nothing():
    kernel = FakeKernel()
    resolver = Resolver(kernel, PATH)
    resolver.apply("a", config_with("10.1.0.1"))
    kernel.refuse = {"unlink": 30}
    resolver.release("a")


def test_a_tunnel_without_servers_changes_nothing():
    kernel = FakeKernel()
    Resolver(kernel, PATH).apply("a", config_with())
    assert kernel.trail == []
