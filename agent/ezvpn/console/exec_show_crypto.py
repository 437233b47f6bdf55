"""`show crypto …`: the table, and where each one's facts come from. Layout and JSON are in `render` and `render_json` (SAs),
`render_session` and `render_session_json` (sessions), `render_policy` and `render_map` (what is configured).

Level 4, pure.
"""

from ezvpn.config.match import Match
from ezvpn.console import render, render_json, render_map, render_policy, render_session, render_session_json
from ezvpn.console.caller import Caller, Failed
from ezvpn.ike.status import TunnelStatus
from ezvpn.report.json_text import Object

_JSON = "As JSON"

# At any level.
SHOW_CRYPTO = (
    (
        "show crypto ipsec client ezvpn [WORD$name] [json]$json",
        ("Show running system information", "Encryption", "IPsec", "Client side", "Easy VPN tunnels", "Name", _JSON),
        "show_ezvpn",
    ),
    (
        "show crypto ipsec sa [peer A.B.C.D$peer] [json]$json",
        ("", "", "", "IPsec SAs", "Those with one peer", "Address of the peer", _JSON),
        "show_ipsec_sa",
    ),
    (
        "show crypto ipsec transform-set [json]$json",
        ("", "", "", "Transform sets", _JSON),
        "show_transform_sets",
    ),
    (
        "show crypto isakmp sa [detail]$detail [json]$json",
        ("", "", "ISAKMP", "ISAKMP SAs", "Algorithms, lifetimes and capabilities", _JSON),
        "show_isakmp_sa",
    ),
    ("show crypto isakmp counters [json]$json", ("", "", "", "What was dropped or refused", _JSON), "show_counters"),
    ("show crypto isakmp peers [json]$json", ("", "", "", "Peers with an ISAKMP SA", _JSON), "show_peers"),
    ("show crypto isakmp policy [json]$json", ("", "", "", "What is offered in phase 1", _JSON), "show_policy"),
    (
        "show crypto map [json]$json",
        ("", "", "Crypto maps and what they lead to", _JSON),
        "show_crypto_map",
    ),
    (
        "show crypto session [brief|detail]$form [json]$json",
        (
            "",
            "",
            "Sessions: a peer with its IKE and IPsec SAs",
            "One line a session",
            "Counters, lifetimes, capabilities and dead peer detection",
            _JSON,
        ),
        "show_session",
    ),
)

# In privileged mode only.
SHOW_CRYPTO_PRIVILEGED = (
    ("show crypto isakmp key [json]$json", ("", "", "", "Whom we have pre-shared keys for", _JSON), "show_keys"),
)


def _tunnels(caller: Caller, match: Match, now: int) -> "list[TunnelStatus]":
    tunnels = caller.host.tunnels(now)
    name = match.text("name")
    if not name:
        return tunnels
    found = [status for status in tunnels if status.name == name]
    if not found:
        raise Failed("There is no tunnel " + name)
    return found


def _with_peer(caller: Caller, match: Match, now: int) -> "list[TunnelStatus]":
    peer = match.address("peer")
    return [status for status in caller.host.tunnels(now) if peer is None or status.peer_address == peer]


def _ezvpn(caller: Caller, match: Match, now: int) -> "list[str]":
    return render.ezvpn([status for status in _tunnels(caller, match, now) if status.kind == "ezvpn"], now)


def _ezvpn_json(caller: Caller, match: Match, now: int) -> Object:
    return render_json.ezvpn([status for status in _tunnels(caller, match, now) if status.kind == "ezvpn"], now)


def _isakmp_sa(caller: Caller, match: Match, now: int) -> "list[str]":
    tunnels = caller.host.tunnels(now)
    if match.text("detail"):
        return render.isakmp_sa_detail(tunnels)
    return render.isakmp_sa(tunnels, caller.host.deleted_sas(now))


def _isakmp_sa_json(caller: Caller, match: Match, now: int) -> Object:
    return render_json.isakmp_sa(caller.host.tunnels(now), caller.host.deleted_sas(now))


def _ipsec_sa(caller: Caller, match: Match, now: int) -> "list[str]":
    return render.ipsec_sa(_with_peer(caller, match, now))


def _ipsec_sa_json(caller: Caller, match: Match, now: int) -> Object:
    return render_json.ipsec_sa(_with_peer(caller, match, now))


def _counters(caller: Caller, match: Match, now: int) -> "list[str]":
    return render.counters(caller.host.counters())


def _counters_json(caller: Caller, match: Match, now: int) -> Object:
    return render_json.counters(caller.host.counters())


def _peers(caller: Caller, match: Match, now: int) -> "list[str]":
    return render_session.peers(caller.host.tunnels(now))


def _peers_json(caller: Caller, match: Match, now: int) -> Object:
    return render_session_json.peers(caller.host.tunnels(now))


def _session(caller: Caller, match: Match, now: int) -> "list[str]":
    tunnels = caller.host.tunnels(now)
    if match.text("form") == "brief":
        return render_session.brief(tunnels, now)
    return render_session.sessions(tunnels, now, match.text("form") == "detail")


def _session_json(caller: Caller, match: Match, now: int) -> Object:
    return render_session_json.sessions(caller.host.tunnels(now), now)


def _policy(caller: Caller, match: Match, now: int) -> "list[str]":
    return render_policy.policies(caller.host.config)


def _policy_json(caller: Caller, match: Match, now: int) -> Object:
    return render_policy.policies_json(caller.host.config)


def _keys(caller: Caller, match: Match, now: int) -> "list[str]":
    return render_policy.keys(caller.host.config)


def _keys_json(caller: Caller, match: Match, now: int) -> Object:
    return render_policy.keys_json(caller.host.config)


def _crypto_map(caller: Caller, match: Match, now: int) -> "list[str]":
    return render_map.crypto_maps(caller.host.config, caller.host.tunnels(now))


def _crypto_map_json(caller: Caller, match: Match, now: int) -> Object:
    return render_map.crypto_maps_json(caller.host.config, caller.host.tunnels(now))


def _transform_sets(caller: Caller, match: Match, now: int) -> "list[str]":
    return render_policy.transform_sets(caller.host.config)


def _transform_sets_json(caller: Caller, match: Match, now: int) -> Object:
    return render_policy.transform_sets_json(caller.host.config)


# action -> (lines, JSON)
SHOWS_CRYPTO = {
    "show_ezvpn": (_ezvpn, _ezvpn_json),
    "show_ipsec_sa": (_ipsec_sa, _ipsec_sa_json),
    "show_transform_sets": (_transform_sets, _transform_sets_json),
    "show_isakmp_sa": (_isakmp_sa, _isakmp_sa_json),
    "show_counters": (_counters, _counters_json),
    "show_peers": (_peers, _peers_json),
    "show_policy": (_policy, _policy_json),
    "show_session": (_session, _session_json),
    "show_crypto_map": (_crypto_map, _crypto_map_json),
    "show_keys": (_keys, _keys_json),
}
