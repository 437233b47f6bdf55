"""Orders and facts are values."""

from ezvpn.node.facts import Facts, Order


def test_orders_compare_and_print():
    assert Order("resolve", (1, "a")) == Order("resolve", (1, "a")) != Order("resolve", (2, "a"))
    assert repr(Order("mqtt_wake", ())) == "Order(name='mqtt_wake', args=())"


def test_facts_have_the_usual_ports():
    facts = Facts("m", "v", "i", "b", "s", "boot")
    assert (facts.local_ports, facts.force_natt, facts.aliases) == ((500, 4500), False, ())
