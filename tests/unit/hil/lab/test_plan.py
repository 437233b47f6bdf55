"""The plan: what may be asked for, what everything is called, and the way through JSON."""

from __future__ import annotations

import ipaddress
import json

import pytest

from ezvpn_hil.lab import plan
from ezvpn_hil.lab.plan import Gateway, Plan, plan_from_json


def test_plan_survives_json() -> None:
    made = Plan(
        "ez0a1b", (Gateway(), Gateway(split=None, users=(("a", "b"), ("c", "d")), backup_servers=("x",))), False, "both"
    )
    assert plan_from_json(json.loads(json.dumps(made.to_json()))) == made


def test_roles_follow_the_options() -> None:
    assert Plan("ez1", (Gateway(),), nat=False).roles() == ["wan", "lan", "svc", "client", "gw1"]
    assert Plan("ez1", (Gateway(), Gateway())).roles() == [
        "wan",
        "lan",
        "svc",
        "client",
        "nat",
        "clientnat",
        "gw1",
        "gw2",
    ]


def test_more_clients_have_names_and_addresses_of_their_own() -> None:
    made = Plan("ez1", (Gateway(),), nat=False, clients=3)
    assert made.client_roles() == ["client", "client2", "client3"]
    assert made.roles() == ["wan", "lan", "svc", "client", "client2", "client3", "gw1"]
    taken = [plan.gateway_wan(n) for n in range(1, plan.MAX_GATEWAYS + 1)] + [plan.SERVICES, plan.NAT_OUTSIDE]
    taken += [plan.client_wan(n) for n in range(1, plan.MAX_CLIENTS + 1)]
    assert len(set(taken)) == len(taken)
    assert plan_from_json(json.loads(json.dumps(made.to_json()))) == made


@pytest.mark.parametrize("number", [0, 10])
def test_number_of_clients_is_bounded(number: int) -> None:
    with pytest.raises(ValueError, match="1 to 9 clients"):
        Plan("ez1", (Gateway(),), clients=number)


def test_one_name_stands_for_all_gateways() -> None:
    assert Plan("ez1", (Gateway(), Gateway())).hosts()["gateways.lab.example"] == "198.51.100.12,198.51.100.11"


@pytest.mark.parametrize("number", [0, 10])
def test_number_of_gateways_is_bounded(number: int) -> None:
    with pytest.raises(ValueError, match="1 to 9 gateways"):
        Plan("ez1", (Gateway(),) * number)


@pytest.mark.parametrize(
    "options", [{"kind": "racoon"}, {"banner": 'a"b'}, {"psk": "a\nb"}, {"group": "a\\b"}], ids=lambda o: next(iter(o))
)
def test_options_that_cannot_be_written_are_refused(options: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        Gateway(**options)  # type: ignore[arg-type]


def test_unknown_broker_place_is_refused() -> None:
    with pytest.raises(ValueError, match="none, wan, lan, both"):
        Plan("ez1", (Gateway(),), broker="moon")


def test_networks_do_not_overlap() -> None:
    numbers = range(1, plan.MAX_GATEWAYS + 1)
    networks = [plan.LAN, "198.51.100.0/24", "198.18.77.0/24"]
    networks += [plan.own_lan(n) for n in numbers] + [plan.pool(n, Gateway()) for n in numbers]
    parsed = [ipaddress.ip_network(n) for n in networks]
    assert not [(a, b) for i, a in enumerate(parsed) for b in parsed[:i] if a.overlaps(b)]
    assert not any(ipaddress.ip_address(plan.ELSEWHERE) in n for n in parsed)


def test_interface_and_namespace_names_fit_the_kernel() -> None:
    made = Plan("ezffff", (Gateway(),) * 9)
    assert all(len(f"p-{role}") < 16 for role in made.roles())
    assert len({made.namespace(role) for role in made.roles()}) == len(made.roles())
