"""The practice gateway's side: nothing is given before the verdict on the user, and a bad one ends the session."""

from __future__ import annotations

from doubles.handshake import CLIENT, Datagram, Handshake
from doubles.insider import Insider, config

from ezvpn.ike import events
from ezvpn.wire.attributes import ConfigAttribute, ConfigType
from ezvpn.wire.isakmp import Exchange


def gone(h: Handshake) -> list[str]:
    return [event.cause for event in h.gateway_events if isinstance(event, events.SessionDown)]


def test_a_wrong_password_ends_the_session() -> None:
    h = Handshake(password="guess")
    h.run()
    assert [e.ok for e in h.gateway_events if isinstance(e, events.XauthResult)] == [False]
    assert gone(h) == ["xauth-failed"]
    assert h.gateway.sessions == []


def ask_for_an_address(h: Handshake) -> None:
    """The client's Mode Config REQUEST, whatever it thinks of the moment."""
    insider = Insider(h)
    asked = config(ConfigType.REQUEST, (ConfigAttribute.IP4_ADDRESS, b""))
    data = insider.seal(Exchange.TRANSACTION, [asked], insider.new_id())
    h.deliver(Datagram(False, data, (insider.source[0], CLIENT, insider.source[2])))


def test_an_address_before_the_password_is_not_given() -> None:
    h = Handshake(answer=False)
    h.run(events.XauthRequest)
    ask_for_an_address(h)
    assert h.gateway.dropped == {}  # it was understood
    assert [e for e in h.gateway_events if isinstance(e, events.Configured)] == []


def test_the_list_of_addresses_is_whole_again_when_a_client_has_gone() -> None:
    h = Handshake()
    pool = list(h.gateway.policy.pool)
    h.run()
    assert len(h.gateway.policy.pool) == len(pool) - 1
    h.client.close(h.session, h.now)
    h.drain()
    h.run()
    assert gone(h) == ["deleted-by-peer"]
    assert h.gateway.policy.pool == pool
