"""The tables: every state, every exchange, every message rule with one violation of each row."""

import pytest

from ezvpn.ike.state import ACCEPTS, RULES, STEP, TRANSITIONS, Refused, State, check, find, require
from ezvpn.wire.isakmp import Exchange, Part, Payload

STATES = [value for name, value in vars(State).items() if name.isupper()]


def chain(*types: int) -> list[Part]:
    return [Part(kind, 28 + 8 * i, 32 + 8 * i, 36 + 8 * i) for i, kind in enumerate(types)]


def minimal(message: str) -> list[int]:
    return [payload for payload, least, _ in RULES[message] for _ in range(least)]


def test_every_state_has_a_step_and_a_way_out() -> None:
    for state in STATES:
        assert state in STEP
        assert state == State.DEAD or State.DEAD in TRANSITIONS[state]


def test_transitions_lead_to_states() -> None:
    assert {target for targets in TRANSITIONS.values() for target in targets} <= set(STATES)
    assert TRANSITIONS[State.DEAD] == ()


def test_quick_mode_waits_until_the_configuration_is_done() -> None:
    assert [state for state in STATES if (state, Exchange.QUICK) in ACCEPTS] == [State.UP]


def test_nothing_is_accepted_when_dead() -> None:
    assert not [pair for pair in ACCEPTS if pair[0] == State.DEAD]


@pytest.mark.parametrize("message", RULES)
def test_the_least_a_rule_asks_for_passes(message: str) -> None:
    check(message, chain(*minimal(message)))


@pytest.mark.parametrize(
    ("message", "payload", "least", "most"), [(m, *row) for m, rows in RULES.items() for row in rows]
)
def test_each_row_is_enforced(message: str, payload: int, least: int, most: int) -> None:
    types = minimal(message)
    if least:
        with pytest.raises(Refused) as fault:
            check(message, chain(*[kind for kind in types if kind != payload]))
        assert fault.value.cause == "payloads"
    with pytest.raises(Refused):
        check(message, chain(*types, *[payload] * (most + 1)))


def test_an_unknown_payload_is_refused_a_private_one_skipped() -> None:
    with pytest.raises(Refused):
        check("transaction", chain(Payload.HASH, Payload.ATTR, 99))
    check("transaction", chain(Payload.HASH, Payload.ATTR, 200))


@pytest.mark.parametrize("message", ["informational", "transaction", "quick", "quick3"])
def test_hash_comes_first(message: str) -> None:
    with pytest.raises(Refused):
        check(message, chain(*reversed([*minimal(message), Payload.N])))
    with pytest.raises(Refused):
        check(message, [])


def test_find_and_require() -> None:
    parts = chain(Payload.HASH, Payload.N, Payload.N)
    assert find(parts, Payload.N) is parts[1]
    assert find(parts, Payload.KE) is None
    with pytest.raises(Refused):
        require(parts, Payload.KE)
