"""A replayed step as text or JSON. The same on both interpreters, byte for byte.

Level 4, pure. Steps of which nothing came are left out of the text: most are timers that only moved.
"""

from ezvpn.config.tokens import dotted
from ezvpn.console.debug import Clock, lines
from ezvpn.flight.replay import Step
from ezvpn.ike.status import TunnelStatus
from ezvpn.report.json_text import Object, clean, render


def text(step: Step, clock: Clock, tunnels: "list[TunnelStatus]") -> "list[str]":
    """Lines: the log as a console prints it, the events under it, and the state of each tunnel where one changed."""
    if not step.log and not step.events and step.states is None:
        return []
    found = [clock.stamp(step.at) + ": [" + step.door + "]"]
    for event in step.events:
        found.append("    event " + clean(event))
    for record in step.log:
        for line in lines(record, clock):
            found.append("  " + line)
    if step.states is not None:
        for tunnel in tunnels:
            found.append("    state " + _state(tunnel))
    return found


def json(step: Step, tunnels: "list[TunnelStatus]") -> str:
    """One object on one line: at (boot ms), call, events, log, and tunnels where a state changed."""
    log = [Object(("at", record.at), ("text", record.text())) for record in step.log]
    pairs: "list[tuple[str, object]]" = [("at", step.at), ("call", step.door), ("events", step.events), ("log", log)]
    if step.states is not None:
        pairs.append(("tunnels", [_object(tunnel) for tunnel in tunnels]))
    return render(Object(*pairs))


def _object(tunnel: TunnelStatus) -> Object:
    return Object(("name", tunnel.name), ("state", tunnel.state), ("peer", _peer(tunnel)), ("reason", tunnel.reason))


def _state(tunnel: TunnelStatus) -> str:
    words = tunnel.name + ": " + tunnel.state
    if _peer(tunnel):
        words += ", peer " + _peer(tunnel)
    if tunnel.reason:
        words += " (" + clean(tunnel.reason) + ")"
    return words


def _peer(tunnel: TunnelStatus) -> str:
    return dotted(tunnel.peer_address) if tunnel.peer_address else ""
