"""The same stream of odd bytes and commands into a console: the same screen on both interpreters."""

from doubles.host import FakeHost, tunnel_up
from doubles.transcript import encode

from ezvpn.console.host import XauthPrompt
from ezvpn.console.shell import Session

NOW = 2**30 - 5000
PIECES = (
    b"sh", b"ow ",
    b"crypto ", b"ipsec client ezvpn ", b"cisco ", b"json", b"| inc e", b"?", b"\t", b"\r", b"\r\n", b"\x03", b"\x1a",
    b"\x15", b"\x17", b"\x02", b"\x01", b"\x05", b"\x7f", b"\x1b[A", b"\x1b[3~", b"\x16?", "é€".encode(), b"\xc3", b"\xff\x80",
    b"conf t\r", b"hostname ", b"interface Fa0\r", b"end\r", b"enable\r", b"xauth\r", b"write\r", b"no ", b"do ", b"version ",
    b"crypto ipsec client ezvpn xauth\r", b"copy run ", b"flash:a", b"flash:a run\r", b"configure confirm 5\r", b"reload\r",
    b"key config-key password-encrypt\r", b"archive\r", b"configure replace flash:a\r", b"copy tftp: flash:b\r", b"y\r",
    b"show run diff\r", b"reload in 5\r", b"more flash:a\r",
)  # fmt: skip


def chances(seed):
    """Numbers below 2**16; both interpreters have different `random` modules."""
    state = seed
    while True:
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        yield state >> 15


for seed in range(4):
    host = FakeHost()
    host.statuses = [tunnel_up("cisco")]
    host.prompts["cisco"] = XauthPrompt((16521, 16522), "log in")
    session = Session(host, 7, (20, 40, 80, 200)[seed], True)
    chance = chances(seed + 1)
    for _ in range(800):
        number = next(chance)
        session.feed(PIECES[number % len(PIECES)], NOW)
        if number % 53 == 0:
            session.answer((number % 2 == 0, "no room", ("", b"hostname b\n"), ("lost", b""))[number // 53 % 4], NOW)
        if number % 31 == 0:
            host.log.add(NOW, "EZVPN_NOTE", "cisco", "hello")
            session.refresh(NOW)
        for row in encode(bytes(session.take_output())):
            print(row)
        if session.closed:
            break
    print(seed, session.dropped, [call[0] for call in host.calls])
