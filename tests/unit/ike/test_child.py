"""Lifetimes of a pair: renewed at 80 to 90 %, shortened by the responder, never lengthened."""

from ezvpn.ike.child import RETIRED_MS, SHORTEST_LIFE_S, Child, rekey_after_ms
from ezvpn.ike.params import ChildRequest, EspTransform, Selector

T = 2**30 - 5000
ANY = Selector(bytes(4), bytes(4))


def child(life_s: int = 3600) -> Child:
    return Child(1, ChildRequest(ANY, ANY, (EspTransform("3des", 0, "sha1"),), 0, life_s), 0)


def test_renewal_lies_between_80_and_90_percent() -> None:
    assert rekey_after_ms(3600, 0) == 2_880_000
    assert 3_230_000 < rekey_after_ms(3600, 255) < 3_240_000


def test_both_times_run_from_the_start() -> None:
    c = child()
    assert c.due() is None
    c.live(T, 0)
    assert (c.rekey_at, c.expire_at) == (T + 2_880_000, T + 3_600_000)
    assert c.due() == T + 2_880_000
    c.rekey_at = None
    assert c.due() == T + 3_600_000


def test_no_life_no_timer() -> None:
    c = child(0)
    c.live(T, 0)
    assert c.due() is None


def test_responder_lifetime_only_shortens() -> None:
    c = child()
    c.live(T, 0)
    assert not c.shorten(7200, 0)
    assert c.shorten(600, 0)
    assert c.expire_at == T + 600_000
    assert c.shorten(1, 0)
    assert c.life_s == SHORTEST_LIFE_S


def test_a_renewed_pair_ends_soon_and_stays_retired() -> None:
    c = child()
    c.live(T, 0)
    c.retire(T + 1000)
    assert (c.rekey_at, c.expire_at) == (None, T + 1000 + RETIRED_MS)
    c.shorten(600, 0)
    assert (c.rekey_at, c.expire_at) == (None, T + 1000 + RETIRED_MS)
