"""One tunnel through a bad day, on a scripted core: both interpreters decide, wait and say the same.

SOURCE: the state table of ezvpn.tunnel.states and the waits of ezvpn.tunnel.easy_vpn.
"""

from doubles.endpoint import FakeEndpoint

from ezvpn.ike.events import (
    ChildDown,
    ChildFailed,
    ChildUp,
    Configured,
    Hint,
    Phase1Up,
    Rekey,
    SessionDown,
    XauthRequest,
    XauthResult,
)
from ezvpn.ike.params import EspTransform, ModeConfig, Phase1Transform, Split
from ezvpn.record import Secret
from ezvpn.tunnel.easy_vpn import EasyVpn
from ezvpn.tunnel.outputs import Attach, Look, Resolve
from ezvpn.tunnel.settings import Settings

GW = (bytes([198, 51, 100, 11]), bytes([198, 51, 100, 12]))
NOW = [2**30 - 5000]
COUNT = [0]


def entropy(size):
    COUNT[0] += 1
    return bytes([(COUNT[0] * 37 + i * 11) % 256 for i in range(size)])


def settings(password="one"):
    out = Settings("office")
    out.group = "unity"
    out.key = Secret("group-secret")
    out.peers = (("vpn.example.net", False), ("198.51.100.12", True))
    out.username = "alice"
    out.password = Secret(password)
    out.phase1 = tuple([(Phase1Transform("aes", 256, "sha256", group),) for group in (14, 5, 2)])
    out.esp = (EspTransform("aes-cbc", 128, "sha1"),)
    return out


endpoint = FakeEndpoint()
tunnel = EasyVpn(settings(), endpoint, entropy, lambda peer: bytes([198, 51, 100, 2]), NOW[0])


def show():
    for call in endpoint.take_calls():
        print("   ->", call)
    while True:
        output = tunnel.output()
        if output is None:
            break
        name = output.__class__.__name__
        if name != "Changed":
            print("   ", output if name == "Notice" else name)
        if isinstance(output, Attach):
            tunnel.attached(NOW[0])
        elif isinstance(output, Resolve):
            tunnel.resolved(output.ticket, [GW[0], GW[1]], NOW[0])
        elif isinstance(output, Look):
            tunnel.traffic(None, NOW[0])
    for call in endpoint.take_calls():
        print("   ->", call)
    status = tunnel.status(NOW[0])
    at = tunnel.deadline()
    print(
        status.state,
        status.last_event,
        status.cause,
        status.peer,
        status.attempts,
        None if at is None else at - NOW[0],
        tunnel.spis(),
    )


def happens(event):
    if isinstance(event, SessionDown):
        endpoint.died(event.session)
    print("<-", event.__class__.__name__, event.session)
    tunnel.handle(event, NOW[0])
    show()


def time(ms):
    print("...", ms)
    end = NOW[0] + ms
    while True:
        at = tunnel.deadline()
        if at is None or at > end:
            break
        NOW[0] = max(at, NOW[0])
        tunnel.timeout(NOW[0])
        show()
    NOW[0] = end


def phase1_up(session, group):
    transform = Phase1Transform("aes", 256, "sha256", group)
    happens(Phase1Up(session, GW[1], 4500, transform, True, True, True, True, True, "198.51.100.12", 86400))


def child_up(session, child, replaces=0):
    request = endpoint.requests[child]
    keys = [bytearray(16) for _ in range(4)]
    happens(
        ChildUp(
            session,
            child,
            replaces,
            4096 + child,
            8192 + child,
            request.transforms[0],
            keys[0],
            keys[1],
            keys[2],
            keys[3],
            request.local,
            request.remote,
            True,
            GW[1],
            4500,
            request.pfs_group,
            3600,
            0,
        )
    )


def newest():
    return max(endpoint.attempts)


tunnel.interface(True, NOW[0])
tunnel.configure(settings(), False, NOW[0])
show()
happens(Hint(newest(), 14, "NO-PROPOSAL-CHOSEN"))
happens(SessionDown(1, "phase1", "no-proposal", 14, ""))
happens(SessionDown(2, "phase1", "no-answer", 24, ""))
happens(SessionDown(newest(), "phase1", "no-answer", 0, ""))
for _ in range(4):
    if newest() in endpoint.alive:
        happens(SessionDown(newest(), "phase1", "no-answer", 0, ""))
time(10000)
phase1_up(newest(), 5)
happens(XauthRequest(newest(), 0, (16521, 16522), "who are you", b"", 1))
endpoint.died(newest())
happens(XauthResult(newest(), False, "no\r\nentry"))
time(3600000)
phase1_up(newest(), 5)
happens(XauthRequest(newest(), 0, (16521, 16522), "", b"", 1))
happens(XauthResult(newest(), True, ""))
config = ModeConfig()
config.address = bytes([10, 99, 0, 7])
config.banner = "hello\x1b[0m"
config.pfs = True
config.split_include = tuple([Split(bytes([10, i, 0, 0]), bytes([255, 255, 0, 0]), 0, 0, 0) for i in (1, 2, 1)])
happens(Configured(newest(), config))
happens(ChildFailed(newest(), 1, "no-proposal", 14, ""))
child_up(newest(), 3)
happens(ChildFailed(newest(), 2, "refused", 18, "INVALID-ID-INFORMATION"))
time(5000)
happens(Rekey(newest(), "child", 3))
child_up(newest(), 4, 3)
happens(ChildDown(newest(), 3, 4099, 8195, "replaced"))
happens(ChildDown(newest(), 4, 4100, 8196, "deleted by peer"))
time(2000)
happens(SessionDown(newest(), "up", "peer-dead", 0, ""))
tunnel.configure(settings("two"), False, NOW[0])
show()
tunnel.clear(NOW[0])
show()

# up again, with everything that happens to a tunnel that is up
print("== renewed beside, idle, standby ==")


def come_up():
    phase1_up(newest(), 5)
    found = ModeConfig()
    found.address = bytes([10, 99, 0, 7])
    happens(Configured(newest(), found))
    child_up(newest(), endpoint._next_child - 1)


wanted = settings("two")
wanted.idletime_s = 3600
wanted.standby_warm = True
tunnel.configure(wanted, False, NOW[0])
show()
come_up()
time(2000)
happens(Rekey(tunnel.session, "phase1", 0))
come_up()
time(40000)
happens(SessionDown(tunnel.session, "up", "peer-dead", 0, ""))
come_up()
time(2000)
tunnel.traffic(NOW[0] - 1000, NOW[0])
time(2 * 3600000)
tunnel.close(NOW[0])
show()
print(sorted(tunnel.ignored), tunnel.stale, tunnel.telling.lost)
