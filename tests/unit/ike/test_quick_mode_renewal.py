"""Quick modes that the gateway starts, to renew a pair: `QuickResponder` (RFC 2409 5.5)."""

import pytest
from doubles.handshake import Handshake
from doubles.insider import Insider, client_session, opened, sa
from doubles.quick import NR, OFFER, SPI, identity, net, up

from ezvpn.ike import proposal
from ezvpn.ike.events import ChildFailed, ChildUp
from ezvpn.ike.exchange import GIVE_UP_MS
from ezvpn.ike.params import ChildRequest, EspTransform, Selector
from ezvpn.ike.protected import CHILDREN_MAX, PENDING_MAX
from ezvpn.ike.quick_mode import QuickResponder
from ezvpn.ike.sa import EXCHANGES_MAX
from ezvpn.wire.cursor import Writer
from ezvpn.wire.isakmp import Exchange, Payload
from ezvpn.wire.notify import NotifyType
from ezvpn.wire.sa import write_sa


def tunnel(**options: object) -> tuple[Handshake, ChildUp]:
    h = Handshake(transforms=OFFER, **options)  # type: ignore[arg-type]
    h.run()
    first = h.said(ChildUp)[0]
    assert isinstance(first, ChildUp)
    return h, first


def gateway_renews(
    h: Handshake, first: ChildUp, pfs: int = 0, remote: Selector | None = None, life_s: int = 3600
) -> int:
    """Q1 flies from the gateway: IDci is its own side (RFC 2409 5.5)."""
    own = h.gateway.sessions[0]
    request = ChildRequest(remote or first.remote, first.local, (first.transform,), pfs, life_s)
    child = own.open_child(request, 0, h.now)
    h.drain()
    return child


def test_the_gateway_renews_a_pair() -> None:
    # R -> I  Q1, I -> R  Q2, R -> I  Q3
    h, first = tunnel()
    gateway_renews(h, first, life_s=1800)
    h.run()
    second = h.said(ChildUp)[1]
    assert isinstance(second, ChildUp)
    assert (second.replaces, second.local, second.remote) == (first.child, first.local, first.remote)
    theirs = [e for e in h.gateway_events if isinstance(e, ChildUp)][-1]
    assert (second.spi_in, second.key_in, second.key_out) == (theirs.spi_out, theirs.key_out, theirs.key_in)
    assert second.life_s == 1800, "the smaller life"


def test_pairs_that_the_gateway_renewed_are_not_renewed_by_us_too() -> None:
    h, first = tunnel()
    old = client_session(h).children[0]
    assert old.rekey_at is not None
    gateway_renews(h, first)
    h.run()
    assert old.rekey_at is None and old.expire_at is not None, "it only waits for its Delete or its end"


def test_a_second_renewal_replaces_the_newest_pair() -> None:
    # The gateway deletes none of the old ones (strongSwan's way): each renewal is of the pair before it.
    h, first = tunnel()
    for _ in range(3):
        gateway_renews(h, first)
        h.run()
    ups = h.said(ChildUp)
    assert [e.replaces for e in ups] == [0, *[e.child for e in ups[:-1]]]  # type: ignore[attr-defined]


def test_the_gateway_renews_with_pfs_of_its_own_accord() -> None:
    h, first = tunnel()
    gateway_renews(h, first, pfs=2)
    h.run()
    assert h.said(ChildUp)[1].pfs_group == 2  # type: ignore[attr-defined]


def test_a_renewal_without_the_pfs_that_we_ask_for_is_refused() -> None:
    h, first = tunnel(pfs=2)
    gateway_renews(h, first)
    h.run()
    assert len(h.said(ChildUp)) == 1
    assert [e.notify for e in h.gateway_events if isinstance(e, ChildFailed)] == [NotifyType.NO_PROPOSAL_CHOSEN]


@pytest.mark.parametrize("remote", ["203.0.112.0/23", "10.0.0.0/8", "0.0.0.0/0"])
def test_a_renewal_for_other_networks_is_refused(remote: str) -> None:
    h, first = tunnel()
    gateway_renews(h, first, remote=net(remote))
    h.run()
    assert len(h.said(ChildUp)) == 1
    assert [e.notify for e in h.gateway_events if isinstance(e, ChildFailed)] == [NotifyType.INVALID_ID_INFORMATION]


def test_the_gateway_cannot_open_what_we_never_asked_for() -> None:
    h, first = tunnel()
    h.client.close_child(h.session, first.child, h.now)
    h.drain()
    h.run()
    gateway_renews(h, first)
    h.run()
    assert len(h.said(ChildUp)) == 1


def test_a_lost_quick_3_is_asked_for_by_repeating_quick_2() -> None:
    # R -> I  Q1, I -> R  Q2, R -> I  Q3 (lost); after 1 s  I -> R  Q2 again, R -> I  Q3
    h, first = tunnel()
    gateway_renews(h, first)
    h.step()
    h.step()
    assert len(h.flying) == 1
    h.flying.clear()
    h.now += 1000
    h.client.timeout(h.now)
    h.drain()
    h.run()
    assert len(h.said(ChildUp)) == 2


def test_a_repeated_quick_1_gets_the_same_quick_2() -> None:
    h, first = tunnel()
    gateway_renews(h, first)
    q1 = h.flying[0]
    h.step()
    q2 = h.flying[0].data
    h.flying.clear()
    h.deliver(q1)
    assert [d.data for d in h.flying] == [q2]


def test_a_quick_3_that_never_comes_is_given_up() -> None:
    h, first = tunnel()
    gateway_renews(h, first)
    h.step()
    spis = list(h.client._core._spis)
    h.flying.clear()
    h.now += GIVE_UP_MS
    h.client.timeout(h.now)
    assert len(client_session(h).children) == 1
    assert len(h.client._core._spis) == len(spis) - 1, "its SPI is free again"


@pytest.mark.parametrize("digest", [b"\1" * 20, b"short"])
def test_a_forged_quick_3_is_dropped(digest: bytes) -> None:
    h, first = tunnel()
    gateway_renews(h, first)
    h.step()
    number = next(e.message_id for e in client_session(h).exchanges if isinstance(e.task, QuickResponder))
    h.flying.clear()
    gateway = Insider(h)
    gateway._ivs[number] = client_session(h).exchange(number).iv
    gateway.say(Exchange.QUICK, message_id=number, digest=digest)
    assert len(h.said(ChildUp)) == 1
    assert sum(h.client.dropped.values()) == 1


def test_a_gateway_that_renews_without_end_is_bounded() -> None:
    h, gateway = opened(ChildUp, transforms=OFFER)
    first = up(h)
    gateway.heard()
    offer = proposal.esp_proposal(SPI, (first.transform,), 1, 0, 3600, 0)
    rows = (sa(offer), (Payload.NONCE, NR), identity(first.remote), identity(first.local))
    for _ in range(EXCHANGES_MAX * 2):
        gateway.say(Exchange.QUICK, *rows)
        h.flying.clear()
    assert len(client_session(h).children) == 1 + PENDING_MAX
    assert h.client.dropped["flood"] == EXCHANGES_MAX * 2 - PENDING_MAX
    h.now += GIVE_UP_MS
    h.client.timeout(h.now)
    h.drain()
    assert [c.spi_in for c in client_session(h).children] == [first.spi_in], "all of them end"


def test_so_is_the_number_of_pairs_that_stand() -> None:
    h, first = tunnel()
    for _ in range(CHILDREN_MAX + 2):
        gateway_renews(h, first)
        h.run()
    assert len(client_session(h).children) == CHILDREN_MAX


@pytest.mark.parametrize(
    "payloads",
    [
        ((Payload.SA, b"\0\0\0\1\0\0\0\1\0\0\0\x09"), (Payload.NONCE, NR)),
        ((Payload.SA, b""), (Payload.NONCE, b"")),
    ],
)
def test_a_malformed_quick_1_is_dropped_and_counted(payloads: tuple[tuple[int, bytes], ...]) -> None:
    h, gateway = opened(ChildUp, transforms=OFFER)
    gateway.heard()
    gateway.say(Exchange.QUICK, *payloads)
    assert h.client.dropped == {"malformed": 1}
    assert len(client_session(h).children) == 1


def test_two_proposals_of_one_number_belong_together() -> None:
    # RFC 2408 4.2: AND. ESP with AH is more than we do.
    h, gateway = opened(ChildUp, transforms=OFFER)
    first = up(h)
    gateway.heard()
    one = proposal.esp_proposal(SPI, (EspTransform("aes-cbc", 256, "sha256"),), 1, 0, 3600, 0)
    w = Writer(bytearray(4000))
    write_sa(w, (one, one))
    rows = ((Payload.SA, bytes(w.buf[: w.at])), (Payload.NONCE, NR), identity(first.remote), identity(first.local))
    gateway.say(Exchange.QUICK, *rows)
    (refusal,) = gateway.heard()
    assert refusal.notify().type == NotifyType.NO_PROPOSAL_CHOSEN
