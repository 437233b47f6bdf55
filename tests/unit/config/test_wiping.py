"""A configuration without its secrets."""

from ezvpn.config.model import Config
from ezvpn.config.text import parse, to_text
from ezvpn.config.wiping import without_secrets

TEXT = """hostname edge
enable secret hush-1
enable password hush-2
username a secret hush-3
crypto isakmp key hush-4 address 10.0.0.1
crypto isakmp keepalive 10
crypto ipsec client ezvpn hq
 group unity key hush-5
 peer 10.0.0.1
 username joe password hush-6
interface Dialer0
 ppp chap password hush-7
 mtu 1400
mqtt
 broker mqtt://b
 username u password hush-8
line con 0
 password hush-9
 login
 speed 9600
line vty 0 4
 password hush-10
 transport input none
"""


def test_nothing_secret_is_left_and_the_rest_stays() -> None:
    config = parse(TEXT).config
    before = to_text(config)
    text = to_text(without_secrets(config))
    assert before.count("hush-") == 10 and to_text(config) == before
    assert "hush-" not in text and " login" not in text
    for line in (
        "hostname edge",
        "keepalive 10",
        " peer 10.0.0.1",
        " mtu 1400",
        " broker mqtt://b",
        " speed 9600",
        "transport",
    ):
        assert line in text
    assert parse(text).errors == []


def test_nothing_comes_of_nothing() -> None:
    assert without_secrets(Config()) == Config()
