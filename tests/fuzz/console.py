"""Keys into a console, without rights and with them: random bytes, and walks through the grammar. Runs on both interpreters.

    python -m fuzz.console [BYTES [SEED]]      micropython -m fuzz.console [BYTES [SEED]]     (agent/ and tests/ on the path)

Nothing may raise, nothing may grow, no secret may show; and at a console whose `enable` has a password that nobody types, nothing
may change.
"""

import gc
import sys

from doubles.host import SECRETS, FakeHost, tunnel_up

from ezvpn.config.commands import Modes
from ezvpn.config.grammar import Mode
from ezvpn.config.match import CR
from ezvpn.console.exec_commands import PRIVILEGED, USER
from ezvpn.console.host import XauthPrompt
from ezvpn.console.shell import Session
from ezvpn.record import Secret

NOW = 2**30 - 5000
SAMPLES = {
    "A.B.C.D": "10.1.2.3",
    "A.B.C.D/nn": "10.0.0.0/8",
    "IFNAME": "Fa0",
    "Hostname or A.B.C.D": "gw.example",
    "WORD": "cisco",
    "LINE": "some text",
    "|": "",
}
# What a console does to its device that nobody has to be let in for; as in IOS, `ping` is one of these.
HARMLESS = ("login_failed", "check_password", "probe", "probe_stop")
ALPHABET = b"?\t\r\n\x1b[A\x03\x1a\x15\x17\x1bb\x19 |/q-show crypto enable conf t username x\xc3\xa9"
ENDS = (b"\r", b"\r", b"\r", b"?", b"\t\r", b"\x1a", b"\x03")
CHUNK = 20


class Chance:
    """Numbers that are the same on both interpreters: their `random` modules differ."""

    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        self.state = (self.state * 1103515245 + 12345) & 0x7FFFFFFF
        return (self.state >> 8) % limit

    def of(self, items):
        return items[self.below(len(items))]

    def often(self, percent):
        return self.below(100) < percent


class Typist:
    """Types at one console after the other. trusted: with all rights."""

    def __init__(self, seed, trusted):
        self.chance = Chance(seed)
        self.trusted = trusted
        self.typed = 0
        self.modes = Modes()
        self.commands = Mode("typed", "", "", PRIVILEGED if trusted else USER)
        self.sit_down()

    def sit_down(self):
        host = self.host = FakeHost()
        host.modes = self.modes
        host.statuses = [tunnel_up("cisco")]
        host.prompts["cisco"] = XauthPrompt((16521, 16522), "log in")
        host.config.enable_secret = Secret("enable-me")
        width = self.chance.of((20, 80, 200))
        self.session = Session(host, 7, width, self.trusted, self.chance.of((0, 3, 24)), self.chance.often(50))
        self.session.start(NOW)

    def type(self, keys):
        self.session.feed(keys, NOW)
        self.typed += len(keys)
        self.happen()
        self.check()
        if self.session.closed or self.chance.often(1):
            self.sit_down()

    def noise(self):
        """A handful of bytes: any, or those that mean something."""
        if self.chance.often(50):
            self.type(bytes([self.chance.below(256) for _ in range(CHUNK)]))
        else:
            self.type(bytes([self.chance.of(ALPHABET) for _ in range(CHUNK)]))

    def command(self):
        """A line that follows the help, mostly."""
        names = self.host.modes.names()
        mode = (
            self.commands if not self.trusted or self.chance.often(40) else self.host.modes.mode(self.chance.of(names))
        )
        text = self.line(mode)
        if self.chance.often(10):
            text = "do " + text
        if self.chance.often(15):
            text = "configure terminal\r" + text
        self.type(text.encode() + self.chance.of(ENDS))

    def line(self, mode):
        """A line that follows the help from word to word, sometimes abbreviated, sometimes spoiled."""
        chance = self.chance
        text = "no " if chance.often(20) else ""
        for _ in range(12):
            labels = [label for label, _ in mode.help(text) if label != CR or chance.often(30)]
            if not labels:
                break
            label = chance.of(labels)
            if label == CR:
                break
            word = SAMPLES.get(label, label)
            if label[0] == "<":
                low, high = label[1:-1].split("-")
                word = str(int(low) + chance.below(min(int(high) - int(low), 50) + 1))
            if chance.often(20):
                word = word[: chance.below(len(word) + 1)]
            if chance.often(3):
                word += chance.of(("\x00", "!", "?", "\t", "é", " 999"))
            text += word + " "
        return text

    def happen(self):
        what = self.chance.below(12)
        if what == 0:
            self.host.log.add(NOW, "EZVPN_BANNER", "cisco", "hello")
            self.session.refresh(NOW)
        elif what == 1:
            # Whatever it was waiting for; a password that is checked is never the right one.
            waits_for_store = self.host.calls[-1:] != [] and self.host.calls[-1][0] != "check_password"
            self.session.answer(waits_for_store and self.chance.often(50), NOW)
        elif what == 2:
            self.session.timeout(NOW + 60001)

    def check(self):
        session = self.session
        shown = bytes(session.take_output())
        shown.decode()
        for secret in SECRETS:
            if secret.encode() in shown:
                raise AssertionError("shown: " + secret)
        if len(session._held) > 4096 or len(session._editor.text) > 4096 or len(session.history()) > 256:
            raise AssertionError("grown")
        if not self.trusted:
            for call in self.host.calls:
                if call[0] not in HARMLESS:
                    raise AssertionError("done without rights: " + repr(call))
            if session.privileged:
                raise AssertionError("let in")
        self.host.calls = self.host.calls[-1:]


def run(count, seed):
    """Type `count` bytes at each of both consoles."""
    for trusted in (False, True):
        typist = Typist(seed, trusted)
        memory = Memory()
        step = max(count // 100, 1)
        told = 0
        while typist.typed < count:
            if typist.chance.often(60):
                typist.noise()
            else:
                typist.command()
            if typist.typed >= told + step:
                told = typist.typed
                memory.look()


class Memory:
    """Where the interpreter tells how much is used. Tables are compiled when they are first used, so the first third of a run may
    grow; from then on there is room for what is left of them, and no more."""

    room = 300000

    def __init__(self):
        self.early = 0
        self.looks = 0

    def look(self):
        """A hundredth of the run is done."""
        self.looks += 1
        if not hasattr(gc, "mem_alloc"):
            return
        gc.collect()
        used = gc.mem_alloc()
        if self.looks == 33:
            self.early = used
        elif self.early and used > self.early + self.room:
            raise AssertionError("memory rose from " + str(self.early) + " to " + str(used) + " bytes")


def main():
    words = sys.argv[1:]
    count = int(words[0]) if words else 1000000
    seed = int(words[1]) if len(words) > 1 else 1
    run(count, seed)
    print(
        "fuzz.console on "
        + sys.implementation.name
        + ": "
        + str(2 * count)
        + " bytes, seed "
        + str(seed)
        + ", nothing raised"
    )


if __name__ == "__main__":
    main()
