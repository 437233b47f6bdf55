"""What all exchanges of one ISAKMP SA share: message IDs, the table of exchanges, the queue of what goes out."""

import pytest
from doubles.am2 import OFFER
from doubles.handshake import CLIENT, GATEWAY, PORTS, START, Counter, Handshake
from doubles.insider import client_session, notify, opened

from ezvpn.crypto.choose import best
from ezvpn.ike.core import Core
from ezvpn.ike.events import ChildUp
from ezvpn.ike.exchange import LINGER_MS, Exchange
from ezvpn.ike.params import SOCKET_IKE, SOCKET_NATT, Attempt
from ezvpn.ike.sa import EXCHANGES_MAX, QUEUE_MAX, SEEN_MAX, IsakmpSa
from ezvpn.record import Secret
from ezvpn.wire.isakmp import Exchange as ExchangeType
from ezvpn.wire.notify import NotifyType


def make(entropy: object = None, **options: object) -> IsakmpSa:
    local = options.pop("local", CLIENT)
    attempt = Attempt(GATEWAY, local, PORTS, b"unity", Secret("x"), OFFER, **options)  # type: ignore[arg-type]
    return IsakmpSa(1, Core(best(Counter(1)), entropy or Counter(2)), attempt)


def exchange(message_id: int, now: int = START, waiting: bool = False) -> Exchange:
    made = Exchange(ExchangeType.TRANSACTION, message_id, b"", now)
    made.waiting = waiting
    return made


# --- message IDs -----------------------------------------------------------------------------------------------------


def test_message_ids_are_random_and_never_zero_nor_used_twice() -> None:
    # RFC 2408 3.1, RFC 2409 5.5
    given = [b"cookie__", *[number.to_bytes(4, "big") for number in (0, 5, 6, 7, 0, 8)]]
    sa = make(lambda size: given.pop(0))
    sa.mark_seen(5)
    sa.keep(exchange(6))
    sa.forget(exchange(7))
    assert sa.new_message_id() == 8


def test_seen_ids_are_bounded_each_kind_on_its_own() -> None:
    sa = make()
    sa.forget(exchange(1))
    for number in range(2, SEEN_MAX + 10):
        sa.mark_seen(number)
    assert sa.seen(1) and not sa.seen(2) and sa.seen(SEEN_MAX + 9)
    assert len(sa._seen) == SEEN_MAX
    sa.mark_seen(0)
    assert not sa.seen(0)


# --- the table of exchanges ------------------------------------------------------------------------------------------


def test_the_oldest_idle_exchange_makes_room() -> None:
    sa = make()
    sa.keep(exchange(1, waiting=True))
    owed = exchange(2)
    owed.owed = True
    sa.keep(owed)
    for number in range(3, EXCHANGES_MAX + 3):
        sa.keep(exchange(number))
    assert len(sa.exchanges) == EXCHANGES_MAX
    assert [e.message_id for e in sa.exchanges][:3] == [1, 2, 5]
    assert sa.seen(3) and sa.seen(4) and sa.exchange(3) is None


def test_the_table_is_bounded_even_when_all_wait() -> None:
    sa = make()
    for number in range(1, EXCHANGES_MAX + 5):
        sa.keep(exchange(number, waiting=True))
    assert len(sa.exchanges) == EXCHANGES_MAX


def test_a_quick_3_under_repetition_makes_room_before_a_request() -> None:
    # Many split networks: each leaves a quick 3 that goes out again for a while.
    sa = make()
    sa.keep(exchange(1, waiting=True))
    for number in range(2, EXCHANGES_MAX + 5):
        last = exchange(number, waiting=True)
        last.last = True
        sa.keep(last)
    assert sa.exchange(1) is not None and sa.exchange(2) is None


def test_idle_exchanges_are_forgotten_after_a_minute_waiting_and_owed_ones_are_not() -> None:
    sa = make()
    owed = exchange(3)
    owed.owed = True
    for one in (exchange(1), exchange(2, waiting=True), owed):
        sa.keep(one)
    sa.forget_idle(START + LINGER_MS - 1)
    assert len(sa.exchanges) == 3
    sa.forget_idle(START + LINGER_MS)
    assert [e.message_id for e in sa.exchanges] == [2, 3]
    assert sa.seen(1)


# --- sending -----------------------------------------------------------------------------------------------------------


def test_the_queue_is_bounded_and_the_oldest_goes() -> None:
    sa = make()
    for number in range(QUEUE_MAX + 3):
        sa.queue(bytes([number]), START + number)
    assert sa.queue_drops == 3 and sa.sent_at == START + QUEUE_MAX + 2
    assert [sa.next_packet()[0] for _ in range(QUEUE_MAX)] == list(range(3, QUEUE_MAX + 3))
    assert sa.next_packet() == b""


def test_nothing_is_sealed_before_phase_1() -> None:
    with pytest.raises(ValueError, match="no ISAKMP SA yet"):
        make().sealed()


@pytest.mark.parametrize(
    ("options", "address", "port", "socket"),
    [
        ({}, CLIENT, 500, SOCKET_IKE),
        ({"local": None}, bytes(4), 500, SOCKET_IKE),
        ({"force_natt": True}, bytes(4), 4500, SOCKET_NATT),
    ],
    ids=["known", "unknown", "forced"],
)
def test_our_side_of_the_path(options: dict[str, object], address: bytes, port: int, socket: int) -> None:
    sa = make(**options)
    assert (sa.local_address(), sa.local_port(), sa.socket) == (address, port, socket)
    assert sa.peer_port == port


def test_what_a_base_leaves_to_its_roles() -> None:
    sa = make()
    for call in (
        lambda: sa.down("", "", START),
        lambda: sa.authenticated(True, "", START),
        lambda: sa.credentials_wanted(START),
        lambda: sa.shorten_phase1(1),
    ):
        with pytest.raises(NotImplementedError):
            call()


def test_an_attack_with_a_thousand_messages_leaves_everything_bounded() -> None:
    h, gateway = opened(ChildUp, transforms=OFFER)
    session = client_session(h)
    for number in range(1000):
        kind = (NotifyType.R_U_THERE, 14, 24576, 36137)[number % 4]
        h.client.receive(
            gateway.seal(ExchangeType.INFORMATIONAL, [notify(kind, number.to_bytes(4, "big"))], 5000 + number),
            h.now,
            gateway.source,
        )
    assert len(session.exchanges) <= EXCHANGES_MAX
    assert len(session._queue) == QUEUE_MAX and session.queue_drops > 200
    assert len(h.client._core._events) <= 256
    assert isinstance(h, Handshake)
