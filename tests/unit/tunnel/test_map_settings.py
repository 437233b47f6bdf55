"""What an entry of a crypto map is told: keys by address and name, what may be negotiated."""

from ezvpn.ike.params import EspTransform, Selector
from ezvpn.record import Secret
from ezvpn.tunnel.map_settings import MapSettings

HOST = b"\xff\xff\xff\xff"


def test_the_first_key_that_holds_the_address_counts_and_names_come_last() -> None:
    settings = MapSettings("m-1")
    one, net, name = Secret("key-one"), Secret("key-net"), Secret("key-name")
    settings.keys = (
        (b"\x0a\0\0\1", HOST, "", one),
        (b"\x0a\0\0\7", b"\xff\xff\xff\0", "", net),
        (None, HOST, "gw.example", name),
    )
    assert settings.key_for(b"\x0a\0\0\1", "gw.example") is one
    assert settings.key_for(b"\x0a\0\0\2", "") is net
    assert settings.key_for(b"\x0b\0\0\1", "GW.Example") is name
    assert settings.key_for(b"\x0b\0\0\1", "other") is None
    assert "key-" not in repr(settings)


def test_each_line_is_one_request() -> None:
    settings = MapSettings("m-1")
    here, there = Selector(b"\x0a\1\0\0", b"\xff\xff\0\0"), Selector(b"\x0a\2\0\0", b"\xff\xff\0\0", 6, 80)
    settings.protects = ((here, there), (here, here))
    settings.esp = (EspTransform("aes-gcm", 256, ""),)
    settings.pfs_group, settings.child_life_s, settings.child_life_kb = 14, 600, 0
    first, second = settings.children()
    assert (first.local, first.remote, second.remote) == (here, there, here)
    assert (first.pfs_group, first.life_s, first.life_kb, first.transforms) == (14, 600, 0, settings.esp)


def test_what_is_missing_is_what_the_configuration_lacks() -> None:
    settings = MapSettings("m-1")
    assert settings.missing() == ""
    settings.incomplete = "no peer"
    assert settings.missing() == "no peer"
