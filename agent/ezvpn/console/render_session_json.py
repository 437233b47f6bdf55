"""The JSON twins of `show crypto session` and `show crypto isakmp peers`. The conventions are those of `render_json`.

Level 4, pure. `brief` and `detail` have the same twin.

    show crypto session               sessions: [tunnel kind interface status uptime_s peer peer_address peer_port local
                                      local_port fvrf ivrf phase1_id username group assigned_address session_id conn_id ike_state
                                      ike_active capabilities remaining_s beside[] flows[] dpd{}], up_ms
    show crypto isakmp peers          peers: [tunnel peer port local phase1_id]
"""

from ezvpn.console import render_session
from ezvpn.console.render import CONN_ID_BASE, all_isakmp_sas
from ezvpn.console.render_json import address, dpd, ident, top
from ezvpn.ike.status import ChildStatus, Phase1Status, TunnelStatus
from ezvpn.report.json_text import Object, clean
from ezvpn.wire.inet import ipv4_text


def sessions(tunnels: "list[TunnelStatus]", now: int) -> Object:
    return top(("up_ms", now), ("sessions", [_session(status, now) for status in tunnels]))


def peers(tunnels: "list[TunnelStatus]") -> Object:
    return top(("peers", [_peer(status, phase1) for status, phase1 in all_isakmp_sas(tunnels)]))


def _session(status: TunnelStatus, now: int) -> Object:
    phase1 = status.phase1
    word, _ = render_session.session_status(status)
    return Object(
        ("tunnel", status.name),
        ("kind", status.kind),
        ("interface", status.outside or None),
        ("status", word),
        ("uptime_s", render_session.uptime(status, now)),
        ("peer", clean(status.peer)),
        ("peer_address", address(status.peer_address)),
        ("peer_port", None if phase1 is None else phase1.peer_port),
        ("local", address(status.local if phase1 is None else phase1.local)),
        ("local_port", None if phase1 is None else phase1.local_port),
        ("fvrf", None),
        ("ivrf", None),
        ("phase1_id", render_session.phase1_id(status)),
        ("username", clean(status.user)),
        ("group", clean(status.group)),
        ("assigned_address", None if status.config is None else address(status.config.address)),
        ("session_id", None if phase1 is None else phase1.session),
        ("conn_id", None if phase1 is None else CONN_ID_BASE + phase1.session),
        ("ike_state", None if phase1 is None else phase1.state),
        ("ike_active", render_session.established(status)),
        ("capabilities", "" if phase1 is None else render_session.capabilities(phase1)),
        ("remaining_s", None if phase1 is None else phase1.remaining_s),
        ("beside", [_beside(other) for other in status.beside]),
        ("flows", [_flow(child) for child in status.children]),
        ("dpd", dpd(status)),
    )


def _beside(phase1: Phase1Status) -> Object:
    return Object(
        ("conn_id", CONN_ID_BASE + phase1.session),
        ("ike_state", phase1.state),
        ("peer_address", ipv4_text(phase1.peer)),
        ("peer_port", phase1.peer_port),
        ("remaining_s", phase1.remaining_s),
    )


def _flow(child: ChildStatus) -> Object:
    return Object(
        ("flow", render_session.flow_text(child)),
        ("local_ident", ident(child.local)),
        ("remote_ident", ident(child.remote)),
        ("packets_in", child.packets_in),
        ("dropped_in", render_session.dropped_in(child)),
        ("packets_out", child.packets_out),
        ("dropped_out", child.send_errors),
        ("remaining_kb", child.remaining_kb),
        ("remaining_s", child.remaining_s),
    )


def _peer(status: TunnelStatus, phase1: Phase1Status) -> Object:
    return Object(
        ("tunnel", status.name),
        ("peer", ipv4_text(phase1.peer)),
        ("port", phase1.peer_port),
        ("local", address(phase1.local)),
        ("phase1_id", clean(phase1.peer_id)),
    )
