"""Who may call: the rules of all tunnels in one table."""

from doubles.endpoint import FakeEndpoint

from ezvpn.node.callers import Callers
from unit.tunnel.test_crypto_map import Entry


def test_the_core_is_told_once_and_rules_lead_back_to_their_tunnel() -> None:
    endpoint = FakeEndpoint()
    callers = Callers(endpoint)
    one, two = Entry("10.0.0.1", "10.0.0.3"), Entry("10.0.0.2")
    two.tunnel.name = "m-20"
    callers.update([one.tunnel, two.tunnel])
    assert [(rule.id, rule.attempt.peer[3]) for rule in endpoint.rules] == [(1, 1), (2, 3), (3, 2)]
    assert [callers.name(number) for number in range(5)] == ["", "m-10", "m-10", "m-20", ""]
    endpoint.rules = None
    callers.update([one.tunnel, two.tunnel])
    assert endpoint.rules is None
    callers.update([])
    assert endpoint.rules == ()
