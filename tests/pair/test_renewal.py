"""A thousand renewals of one pair: always one in use, the renewed one taken down, nothing left over."""

from doubles.handshake import Handshake

from ezvpn.ike.events import ChildDown, ChildUp, Rekey
from ezvpn.ike.params import ChildRequest, Selector
from ezvpn_hil.gateway.policy import ESP

LIFE_S = 3600
RENEWALS = 1000


def renew(h: Handshake) -> None:
    """Answer the newest Rekey as the tunnel does."""
    up = h.said(ChildUp)[-1]
    request = ChildRequest(Selector(up.local.address, up.local.mask), up.remote, ESP, 0, LIFE_S)
    h.client.open_child(h.session, request, h.now, replaces=h.said(Rekey)[-1].child)
    h.drain()
    h.run()


def test_a_thousand_renewals() -> None:
    h = Handshake()
    h.run()
    while len(h.said(ChildUp)) <= RENEWALS:
        rekeys = len(h.said(Rekey))
        assert h.jump()
        h.run()
        if len(h.said(Rekey)) > rekeys:
            renew(h)
        session = h.client._find(h.session)
        assert session is not None and len(session.children) <= 2
    downs = h.said(ChildDown)
    assert {down.reason for down in downs} <= {"replaced", "deleted by peer"}
    assert len(downs) >= RENEWALS - 1
    assert len(h.client._core._spis) <= 2, "SPIs are given back"
    assert len(h.gateway.sessions[0].children) <= 2
