"""Lifetimes of a pair: renewed at 80 to 90 %, shortened by the responder, never lengthened."""

from ezvpn.ike.child import DELETED_MS, RETIRED_MS, SHORTEST_LIFE_S, TWINS_MS, Child, rekey_after_ms
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


def test_a_retired_pair_is_deleted_a_moment_before_it_is_removed() -> None:
    c = child()
    c.live(T, 0)
    c.retire(T)
    assert (c.delete_at, c.due()) == (T + RETIRED_MS - DELETED_MS, c.delete_at)
    late = child(60)
    late.live(T, 0)
    late.retire(T + 59_000)
    assert (late.delete_at, late.expire_at) == (T + 59_000, T + 60_000), "its own life ends before"


def rival(id: int, ours: bool, started: int, spis: "tuple[int, int]", replaces: int = 1) -> Child:
    c = Child(id, child().request, replaces, ours)
    c.live(started, 0)
    c.spi_in, c.spi_out = spis
    return c


def test_of_two_renewals_that_crossed_both_ends_keep_the_same() -> None:
    # here: ours came up first; there: theirs, which is "ours" for them
    here = rival(2, True, T, (0x5000, 0x3000)), rival(3, False, T + 40, (0x2000, 0x4000))
    there = rival(7, True, T, (0x4000, 0x2000), 6), rival(8, False, T + 90, (0x3000, 0x5000), 6)
    assert here[0].rivals(here[1])
    assert here[1].yields(here[0]), "0x5000 stays, 0x4000 goes"
    assert not there[1].yields(there[0]), "there, 0x5000 came last and stays too"


def test_a_later_renewal_and_one_by_the_same_end_never_yield() -> None:
    first, low = rival(2, True, T, (0x5000, 0x6000)), (0x2000, 0x3000)
    assert not rival(3, True, T + 1, low).yields(first)
    assert not rival(3, False, T + TWINS_MS + 1, low).yields(first)
    assert rival(3, False, T + TWINS_MS, low).yields(first)
    assert not rival(3, False, T, low).yields(rival(2, True, T, (0x5000, 0x6000), 0)), "the first pair was no renewal"
