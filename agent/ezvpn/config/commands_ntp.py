"""`ntp server`: the table, and what it does to a `Config`. Other `ntp` lines of IOS are kept.

Level 3, pure.
"""

from ezvpn.config.draft import Draft, Rejected
from ezvpn.config.match import Match
from ezvpn.config.model import NtpServer

SERVERS_MAX = 4

GLOBAL = (
    (
        "ntp server HOST$host ~ [version <1-4>] [prefer]$prefer",
        (
            "Network time",
            "Ask a server for the time",
            "Name or address of the server",
            "Version of the protocol, this device speaks 4",
            "Version",
            "Take the time of this one while it answers",
        ),
        "ntp_server",
    ),
)


def ntp_server(draft: Draft, match: Match) -> None:
    servers = draft.config.ntp_servers
    host = match.text("host")
    known = [server for server in servers if server.host.lower() == host.lower()]
    if match.negate:
        if not known:
            raise Rejected("there is no NTP server " + host, "host")
        servers.remove(known[0])
        return
    prefer = match.text("prefer") != ""
    if known:
        known[0].prefer = prefer
        return
    if len(servers) >= SERVERS_MAX:
        raise Rejected("more than " + str(SERVERS_MAX) + " NTP servers")
    servers.append(NtpServer(host, prefer))


SETTERS = {"ntp_server": ntp_server}
