"""Tunnel states to report about."""

from ezvpn.ike.params import EspTransform, ModeConfig, Phase1Transform, Selector, Split
from ezvpn.ike.status import ChildStatus, Phase1Status, TunnelStatus


def idle(name="branch"):
    """Nothing tried yet."""
    status = TunnelStatus(name)
    status.peer = "vpn.example.net"
    status.peers = ("vpn.example.net", "192.0.2.2")
    return status


def active(name="branch", now=1000000):
    """Up since a minute, one SA pair, split tunnel, behind a NAT."""
    status = idle(name)
    status.state = "IPSEC_ACTIVE"
    status.since = now - 60000
    status.last_event = "SOCKET_UP"
    status.peer_address = b"\xc0\0\2\1"
    status.attempts = 1
    status.up_since = now - 60000
    status.dpd_mode = "periodic"
    status.dpd_interval_s = 10
    status.dpd_retry_s = 2
    status.dpd_sent = 6
    status.dpd_rtt_ms = 12
    config = ModeConfig()
    config.address = b"\x0a\x0a\0\5"
    config.netmask = b"\xff\xff\xff\xff"
    config.dns = (b"\x0a\1\0\2", b"\x0a\1\0\3")
    config.domain = "corp.example"
    config.banner = "Welcome\x1b[2J\r\n"
    config.split_include = (
        Split(b"\x0a\1\0\0", b"\xff\xff\0\0", 0, 0, 0),
        Split(b"\x0a\2\0\0", b"\xff\0\xff\0", 6, 0, 80),
    )
    config.save_password = False
    status.config = config
    phase1 = Phase1Status()
    phase1.session = 3
    phase1.state = "QM_IDLE"
    phase1.local = b"\xc6\x33\x64\7"
    phase1.local_port = 4500
    phase1.peer = b"\xc0\0\2\1"
    phase1.peer_port = 4500
    phase1.transform = Phase1Transform("aes", 256, "sha256", 14)
    phase1.remaining_s = 86340
    phase1.natt = True
    phase1.behind_nat = True
    phase1.peer_id = "gw.example.net"
    status.phase1 = phase1
    child = ChildStatus(
        EspTransform("aes-cbc", 256, "sha1"),
        Selector(b"\x0a\x0a\0\5", b"\xff\xff\xff\xff"),
        Selector(b"\x0a\1\0\0", b"\xff\xff\0\0"),
    )
    child.spi_in = 0x0BADCAFE
    child.spi_out = 0xC0FFEE01
    child.encap = True
    child.pfs_group = 14
    child.remaining_s = 3540
    child.remaining_kb = 4607000
    child.packets_in, child.bytes_in, child.packets_out, child.bytes_out = 10, 840, 11, 924
    status.children = (child,)
    return status
