"""Who may call: the rules of all tunnels in one table."""

from doubles.endpoint import FakeEndpoint

from ezvpn.node.callers import Callers
from unit.tunnel.test_crypto_map import LINES, OTHER_LINES, Entry


def test_the_core_is_told_once_and_rules_lead_back_to_their_tunnel() -> None:
    endpoint = FakeEndpoint()
    callers = Callers(endpoint)
    one, two = Entry("10.0.0.1", "10.0.0.3"), Entry("10.0.0.2")
    two.tunnel.name = "m-20"
    callers.update([one.tunnel, two.tunnel])
    assert [(rule.id, rule.attempt.peer[3]) for rule in endpoint.rules] == [(1, 1), (2, 3), (3, 2)]
    assert [callers.names(number) for number in range(5)] == [[], ["m-10"], ["m-10"], ["m-20"], []]
    endpoint.rules = None
    callers.update([one.tunnel, two.tunnel])
    assert endpoint.rules is None
    callers.update([])
    assert endpoint.rules == ()


def test_a_peer_of_two_entries_has_one_rule_with_the_lines_of_both() -> None:
    endpoint = FakeEndpoint()
    callers = Callers(endpoint)
    one, two = Entry("10.0.0.1", "10.0.0.3"), Entry("10.0.0.1", name="m-20", lines=OTHER_LINES)
    callers.update([one.tunnel, two.tunnel])
    assert [(rule.id, rule.attempt.peer[3]) for rule in endpoint.rules] == [(1, 1), (2, 3)]
    assert [callers.names(number) for number in (1, 2)] == [["m-10", "m-20"], ["m-10"]]
    first, other = (rule.attempt.children for rule in endpoint.rules)
    assert [(child.local, child.remote) for child in first] == [*LINES, *OTHER_LINES]
    assert [(child.local, child.remote) for child in other] == list(LINES)
    # A line that both have is there once.
    callers.update([one.tunnel, Entry("10.0.0.1", name="m-20").tunnel])
    assert len(endpoint.rules[0].attempt.children) == len(LINES)
