"""The JSON twins: every `show` has one, it parses, its keys are those of the documentation, and no secret is in it."""

import json
import re
from typing import Any

from doubles.host import SECRETS, STORED, FakeHost, example, literals, tunnel_down, tunnel_up

from ezvpn.console import (
    exec_tech,
    render_json,
    render_map,
    render_network,
    render_policy,
    render_session_json,
    render_system,
    render_time,
)
from ezvpn.console.debug import Clock
from ezvpn.console.exec_show import SHOW, SHOW_PRIVILEGED, SHOWS
from ezvpn.console.shell import Session

MODULES = (
    exec_tech,
    render_json,
    render_map,
    render_network,
    render_policy,
    render_session_json,
    render_system,
    render_time,
)


def run(command: str, host: "FakeHost | None" = None) -> Any:
    host = host or FakeHost(stored=STORED)
    host.statuses = [tunnel_up("cisco"), tunnel_down("spare")]
    code, text = Session(host, 0, privileged=True).execute(command, 5000)
    assert code == 0, text
    return json.loads(text)


def documented() -> "dict[str, set[str]]":
    """command -> all key names in its row of the modules' docstrings."""
    found: "dict[str, set[str]]" = {}
    command = ""
    docs = [module.__doc__ or "" for module in MODULES]
    for line in "\n".join(docs).split("\n"):
        head = re.match(r"    (show [a-z: -]+?)(?: \[[^]]*\])*  +(.*)", line)
        if head:
            command, line = head.group(1), head.group(2)
            found[command] = set()
        if command:
            found[command] |= set(re.findall(r"[a-z_0-9]+", line))
    return found


def test_every_show_has_a_twin_whose_keys_are_documented() -> None:
    rows = documented()
    for grammar, _, action in SHOW + SHOW_PRIVILEGED:
        assert action in SHOWS
        answer = run(example(grammar) + (" json" if "json" in grammar else " | json"))
        command = literals(grammar)
        assert answer["schema_version"] == 1
        top = set(answer) - {"schema_version"}
        assert top <= rows[command], command
        for key in ("tunnels", "sas", "records", "sessions", "peers", "policies", "keys", "maps", "transform_sets"):
            for item in answer.get(key, []):
                assert set(item) <= rows[command], command


def test_twin_by_pipe_and_by_word_are_the_same() -> None:
    assert run("show version json") == run("show version | json")


def test_tunnels() -> None:
    answer = run("show crypto ipsec client ezvpn json")
    first, second = answer["tunnels"]
    assert (first["name"], first["state"], first["assigned"]["address"]) == ("cisco", "IPSEC_ACTIVE", "192.168.168.105")
    assert (second["state"], second["assigned"], second["peer_address"]) == ("CONNECT_REQUIRED", None, None)
    assert [one["name"] for one in run("show crypto ipsec client ezvpn spare json")["tunnels"]] == ["spare"]


def test_sas() -> None:
    (phase1,) = run("show crypto isakmp sa json")["sas"]
    assert (phase1["conn_id"], phase1["encryption"], phase1["group"]) == (1001, "aes", 5)
    assert phase1["initiator_cookie"] == "deadbeef00000001"
    (child,) = run("show crypto ipsec sa | json")["sas"]
    assert (child["spi_out"], child["encapsulation"], child["pfs_group"]) == ("0x48bac7d3", "esp", None)


def test_log_records_have_wall_time_once_it_is_known() -> None:
    host = FakeHost()
    host.log.add(4000, "EZVPN_NOTE", "cisco", 'a "quoted" text')
    (record,) = run("show logging json", host)["records"]
    assert (record["time"], record["up_ms"]) == (None, 4000)
    assert record["text"] == '%CRYPTO-6-EZVPN_NOTE: EZVPN(cisco): a "quoted" text'
    answer = render_json.logging(host.log, host.config, Clock(5000, 1017069434131, False))
    assert dict(answer.pairs)["logged"] == 1
    host.wall = 1017069430131
    (record,) = run("show logging json", host)["records"]
    assert record["time"] == "2002-03-25T15:17:14.131Z"


def test_no_twin_shows_a_secret() -> None:
    for grammar, _, _ in SHOW + SHOW_PRIVILEGED:
        text = json.dumps(run(example(grammar) + (" json" if "json" in grammar else " | json")))
        assert not [secret for secret in SECRETS if secret in text]
