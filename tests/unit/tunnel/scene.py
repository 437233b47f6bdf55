"""One tunnel on a scripted endpoint: the vocabulary of the message diagrams in this folder."""

from doubles.endpoint import FakeEndpoint

from ezvpn.ike.events import (
    ChildDown,
    ChildFailed,
    ChildUp,
    Configured,
    Hint,
    Phase1Up,
    SessionDown,
    XauthRequest,
    XauthResult,
)
from ezvpn.ike.params import EspTransform, ModeConfig, Phase1Transform, Selector, Split
from ezvpn.record import Secret
from ezvpn.tunnel.easy_vpn import EasyVpn
from ezvpn.tunnel.outputs import Attach, Changed, Detach, Look, Notice, Resolve
from ezvpn.tunnel.settings import Settings

START = 2**30 - 5000  # small ints of a 32-bit port end at 2**30
GW1 = b"\x0a\x02\x50\xd1"
GW2 = b"\x0a\x02\x50\xd2"
USER_NAME, PASSWORD, PASSCODE, NEXT_PIN = 16521, 16522, 16523, 16528


def settings(peers=(("10.2.80.209", False),), **fields):
    out = Settings("ez")
    out.group = "sales"
    out.key = Secret("group-key-secret")
    out.peers = tuple(peers)
    out.username = "alice"
    out.password = Secret("user-password-secret")
    out.phase1 = tuple((Phase1Transform("aes", 256, "sha256", group),) for group in (14, 5, 2))
    out.esp = (EspTransform("aes-cbc", 128, "sha1"),)
    for name, value in fields.items():
        assert hasattr(out, name)
        setattr(out, name, value)
    return out


def config(*networks, address=b"\x0a\x63\x00\x07", **fields):
    out = ModeConfig()
    out.address = address
    out.split_include = tuple(Split(bytes(network), b"\xff\xff\xff\x00", 0, 0, 0) for network in networks)
    for name, value in fields.items():
        setattr(out, name, value)
    return out


class Scene:
    """`now` is a number the test sets; outputs are sorted into what a test asks for."""

    def __init__(self, given=None, available=True, entropy=b"\x80\x00\x00"):
        self.now = START
        self.endpoint = FakeEndpoint()
        self.given = given if given is not None else settings()
        self.tunnel = EasyVpn(self.given, self.endpoint, lambda n: entropy[:n], lambda peer: b"\xc0\x00\x02\x05", START)
        self.notices = []
        self.resolves = []
        self.plane = []  # Attach and Detach in order
        self.attach_error = ""
        self.last_packet = None  # what the data plane answers to Look
        self.looks = 0
        self.changes = 0
        self.tunnel.interface(available, self.now)
        self.tunnel.configure(self.given, False, self.now)
        self.drain()

    # what happens

    def drain(self):
        while True:
            output = self.tunnel.output()
            if output is None:
                return
            if isinstance(output, Notice):
                self.notices.append((output.mnemonic, output.args))
            elif isinstance(output, Resolve):
                self.resolves.append(output)
            elif isinstance(output, Changed):
                self.changes += 1
            elif isinstance(output, Attach):
                self.plane.append("attach")
                if self.attach_error:
                    self.tunnel.plane_failed(self.attach_error, self.now)
                else:
                    self.tunnel.attached(self.now)
            elif isinstance(output, Look):
                self.looks += 1
                self.tunnel.traffic(self.last_packet, self.now)
            elif isinstance(output, Detach):
                self.plane.append("detach")

    def event(self, event):
        if isinstance(event, SessionDown):
            self.endpoint.died(event.session)
        self.tunnel.handle(event, self.now)
        self.drain()

    def later(self, ms):
        """Time passes; every deadline on the way is kept."""
        end = self.now + ms
        for _ in range(1000):
            at = self.tunnel.deadline()
            if at is None or at > end:
                break
            self.now = max(at, self.now)
            self.tunnel.timeout(self.now)
            self.drain()
        self.now = end

    def phase1_up(self, session, peer=GW1, group=14):
        transform = Phase1Transform("aes", 256, "sha256", group)
        self.event(Phase1Up(session, peer, 500, transform, False, False, True, True, True, "gw.example", 86400))

    def hint(self, session, notify=14):
        self.event(Hint(session, notify, "NO-PROPOSAL-CHOSEN"))

    def down(self, session, cause="no-answer", step="phase1", hint=0, text=""):
        self.event(SessionDown(session, step, cause, hint, text))

    def asks(self, session, fields=(USER_NAME, PASSWORD), kind=0, message="", round=1):
        self.event(XauthRequest(session, kind, fields, message, b"", round))

    def result(self, session, ok, message=""):
        if not ok:
            self.endpoint.died(session)
        self.event(XauthResult(session, ok, message))

    def configured(self, session, given=None):
        self.event(Configured(session, given if given is not None else config()))

    def child_up(self, session, child, replaces=0):
        request = self.endpoint.requests.get(child)
        any_selector = Selector(b"\0\0\0\0", b"\0\0\0\0")
        local = request.local if request else any_selector
        remote = request.remote if request else any_selector
        keys = [bytearray(4) for _ in range(4)]
        esp = EspTransform("aes-cbc", 128, "sha1")
        self.event(
            ChildUp(
                session,
                child,
                replaces,
                0x1000 + child,
                0x2000 + child,
                esp,
                *keys,
                local,
                remote,
                False,
                GW1,
                500,
                0,
                3600,
                0,
            )
        )

    def child_down(self, session, child, reason="deleted by peer"):
        self.event(ChildDown(session, child, 0x1000 + child, 0x2000 + child, reason))

    def child_failed(self, session, child, notify=0, cause="no-answer", text=""):
        self.event(ChildFailed(session, child, cause, notify, text))

    def up(self, given=None):
        """Everything until IPSEC_ACTIVE on the newest session; returns it."""
        session = self.endpoint._next_session - 1
        self.phase1_up(session)
        self.asks(session)
        self.result(session, True)
        self.configured(session, given)
        for call in list(self.endpoint.calls):
            if call[0] == "open_child" and call[1] == session:
                self.child_up(session, call[2])
        assert self.state == "IPSEC_ACTIVE"
        self.endpoint.take_calls()
        return session

    # what can be seen

    @property
    def state(self):
        return self.tunnel.state

    def said(self, mnemonic):
        return [args for name, args in self.notices if name == mnemonic]

    def sentences(self):
        return [args[1] for args in self.said("EZVPN_FAILED")]

    def connects(self):
        return [call for call in self.endpoint.calls if call[0] == "connect"]

    def wait(self):
        """ms until the next try, None = no try is planned."""
        at = self.tunnel.status(self.now).next_try
        return None if at is None else at - self.now
