"""`show crypto …`: which facts each command picks. Layout is judged in test_render*.py."""

import json

import pytest
from doubles.host import FakeHost, tunnel_down, tunnel_up

from ezvpn.console.exec_show_crypto import SHOW_CRYPTO, SHOW_CRYPTO_PRIVILEGED, SHOWS_CRYPTO
from ezvpn.console.shell import Session


def execute(command: str, host: "FakeHost | None" = None, privileged: bool = True) -> "tuple[int, str]":
    return Session(host or FakeHost(), 0, privileged=privileged).execute(command, 5000)


def busy() -> FakeHost:
    host = FakeHost()
    host.statuses = [tunnel_up("cisco"), tunnel_down("spare"), tunnel_up("MAP-10")]
    host.statuses[2].kind = "crypto-map"
    host.statuses[2].peer_address = b"\x0a\0\0\1"
    return host


def test_every_action_of_the_tables_is_implemented_and_none_is_left_over() -> None:
    assert {entry[2] for entry in SHOW_CRYPTO + SHOW_CRYPTO_PRIVILEGED} == set(SHOWS_CRYPTO)


def test_sas_of_one_peer() -> None:
    assert len(json.loads(execute("show crypto ipsec sa json", busy())[1])["sas"]) == 2
    (only,) = json.loads(execute("show crypto ipsec sa peer 10.0.0.1 json", busy())[1])["sas"]
    assert only["tunnel"] == "MAP-10"
    assert execute("show crypto ipsec sa peer 10.0.0.9", busy()) == (0, "No SAs found\n")


def test_easy_vpn_lists_no_crypto_map() -> None:
    text = execute("show crypto ipsec client ezvpn", busy())[1]
    assert "Tunnel name : cisco" in text and "spare" in text and "MAP-10" not in text
    assert [
        one["name"] for one in json.loads(execute("show crypto ipsec client ezvpn json", busy())[1])["tunnels"]
    ] == [
        "cisco",
        "spare",
    ]


def test_the_three_forms_of_a_session() -> None:
    host = busy()
    assert "Capabilities:" in execute("show crypto session detail", host)[1]
    assert "Capabilities:" not in execute("show crypto session", host)[1]
    assert "I/F" in execute("show crypto session brief", host)[1]
    twins = [execute("show crypto session" + form + " json", host)[1] for form in ("", " brief", " detail")]
    assert twins[0] == twins[1] == twins[2] and len(json.loads(twins[0])["sessions"]) == 3


@pytest.mark.parametrize("command", [entry[0].split(" [")[0] for entry in SHOW_CRYPTO + SHOW_CRYPTO_PRIVILEGED])
def test_a_device_without_tunnels_answers_everything(command: str) -> None:
    host = FakeHost("hostname bare\n")
    host.statuses = []
    code, text = execute(command, host)
    assert code == 0 and text
    assert json.loads(execute(command + " | json", host)[1])["schema_version"] == 1


def test_keys_are_for_those_with_rights() -> None:
    assert execute("show crypto isakmp key")[0] == 0
    assert execute("show crypto isakmp key", privileged=False)[0] == 1
    assert execute("show crypto session", privileged=False)[0] == 0
