"""What console sessions may ask of a node: `console.host.Host` over `node.device.Device`.

Level 4. Belongs here: translation. Not here: words of the console, decisions.
"""

from ezvpn.config.commands import Modes
from ezvpn.config.model import Config
from ezvpn.config.render import render, to_text
from ezvpn.config.secrets import Hashed
from ezvpn.console.caller import Failed
from ezvpn.console.debug import clock_line
from ezvpn.console.guard import Guard
from ezvpn.console.host import Host, MqttStatus, Version, XauthPrompt
from ezvpn.console.network_facts import InterfaceFacts, RouteFacts
from ezvpn.console.probes import PingRequest, TraceRequest
from ezvpn.console.time_facts import TimeFacts
from ezvpn.crypto.port import Unsupported
from ezvpn.dataplane.port import KernelError
from ezvpn.ike.status import Phase1Status, TunnelStatus
from ezvpn.machine import Machine, Usage
from ezvpn.node.baseline import Baseline
from ezvpn.node.device import Device
from ezvpn.node.errands import Errands
from ezvpn.node.hashing import Hashing, hashed, kinds, plain_passwords
from ezvpn.node.transfer import Transfers
from ezvpn.record import Secret
from ezvpn.wire.cursor import Malformed

CONFIG_FILE = "startup-config"
_NO_FILES = "nothing is stored here"


class NodeHost(Host):
    """Loaded with the first console: a device whose console nobody opens does without the grammar."""

    def __init__(self, node: Device, answer: object = None) -> None:
        """answer(session, result, now): what a session hears that waits."""
        self._node = node
        self._transfers = Transfers(node.order, answer)
        if answer is not None:
            node.transfers = self._transfers
        self._answer = answer
        self.hashing = Hashing(node.crypto, node.entropy)
        self.log = node.log
        self.modes = Modes()
        self.levels = ()
        self.guard = Guard()
        self.hash_kinds = kinds(node.crypto)
        self.unseal = node.vault.unseal if node.vault is not None else None
        self.errands: "Errands | None" = None  # of the desk; a replay has none
        self._baseline = Baseline()

    @property
    def config(self) -> Config:  # type: ignore[override]  # the node replaces its record with each change
        return self._node.config

    def apply(self, config: Config, now: int) -> "list[str]":
        return self._node.apply(config, now)

    def configured(self, session: int, now: int) -> None:
        self._node.note(now, "CONFIG", "console")

    def check_password(self, session: int, stored: Hashed, typed: Secret, now: int) -> str:
        try:
            self.hashing.check(stored, typed, lambda right, at: self._answer(session, right, at))  # type: ignore[operator]
        except Unsupported as fault:
            return str(fault.args[0]) + " cannot be checked on this device"
        return ""

    def wipe(self, config: Config, now: int) -> str:
        node = self._node
        problems = []
        self.apply(config, now)
        node.provisional.confirm(now)
        for name, _ in self.files():
            problems.append(self.delete("flash:" + name))
        if node.vault is not None:
            problems.append(node.vault.renew())
        # Twice: there are two copies, or the one before is kept beside it.
        for _ in range(2):
            problem, data = self.stored_text(now)
            problems.append(problem or self.write(CONFIG_FILE, data, now))
        node.note(now, "PASSWORD_RECOVERY")
        left = [problem for problem in problems if problem]
        return left[0] if left else ""

    def login_failed(self, session: int, user: str, now: int) -> None:
        self._node.note(now, "LOGIN_FAILED", user)

    def settle(self, session: int, now: int) -> bool:
        plain = plain_passwords(self._node.config)
        if not plain:
            return False
        # One after the other is made.
        secret = plain[0]

        def made(text: Hashed, at: int) -> None:
            self.apply(hashed(self._node.config, secret, text), at)
            if not self.settle(session, at):
                self._answer(session, True, at)  # type: ignore[operator]

        self.hashing.make(secret, made)
        return True

    def save(self, session: int, data: bytes, now: int) -> None:
        self._node.order("store", session, CONFIG_FILE, data)

    def stored_text(self, now: int) -> "tuple[str, bytes]":
        return self._node.stored_text(self._node.config)

    def sent_text(self, config: Config, now: int) -> "tuple[str, bytes]":
        vault = self._node.vault
        if not self._node.config.password_encryption or vault is None:
            return "", ("\n".join(render(config, True)) + "\n").encode()
        problem = vault.ready()
        return problem, b"" if problem else to_text(config, vault.seal).encode()

    def transfer(self, session: int, host: str, name: str, content: "bytes | None", now: int) -> None:
        self._transfers.begin(session, host, name, content)

    def transfer_end(self, session: int) -> None:
        self._transfers.forget(session)

    def change_key(self, word: Secret) -> str:
        vault = self._node.vault
        return _NO_FILES if vault is None else vault.change(word)

    def read(self, name: str) -> "tuple[str, bytes]":
        files = self._node.files
        if files is None:
            return _NO_FILES, b""
        found: "tuple[str, bytes]" = files.read(name)  # type: ignore[attr-defined]
        return found

    def write(self, name: str, data: bytes, now: int) -> str:
        files = self._node.files
        return _NO_FILES if files is None else str(files.write(name, data))  # type: ignore[attr-defined]

    def delete(self, name: str) -> str:
        files = self._node.files
        return _NO_FILES if files is None else str(files.delete(name))  # type: ignore[attr-defined]

    def files(self) -> "list[tuple[str, int]]":
        files = self._node.files
        if files is None:
            return []
        found: "list[tuple[str, int]]" = files.names()  # type: ignore[attr-defined]
        return found

    def save_trace(self, session: int, name: str, now: int) -> str:
        witness = self._node.witness
        if witness is None:
            return ""
        path, data = witness.save(name)  # type: ignore[attr-defined]
        self._node.order("store", session, name, data)
        return str(path)

    def provisional_arm(self, minutes: int, now: int) -> None:
        self._node.provisional.arm(minutes, now)

    def provisional_confirm(self, now: int) -> bool:
        return self._node.provisional.confirm(now)

    def provisional_revert(self, now: int) -> bool:
        return self._node.provisional.revert(now)

    def provisional_left(self, now: int) -> "int | None":
        return self._node.provisional.left_ms(now)

    def tunnels(self, now: int) -> "list[TunnelStatus]":
        found = self._node.tunnels(now)
        self._baseline.tunnels(found)
        return found

    def deleted_sas(self, now: int) -> "list[Phase1Status]":
        return self._node.endpoint.deleted(now)

    def tunnel_connect(self, name: str, now: int) -> str:
        tunnel = self._node.tunnel(name)
        if tunnel is None:
            return "there is no tunnel " + name
        answer = tunnel.connect(now)
        self._node.after_command(now)
        return answer

    def tunnel_clear(self, name: str, now: int) -> None:
        tunnel = self._node.tunnel(name)
        if tunnel is not None:
            tunnel.clear(now)
            self._node.after_command(now)

    def isakmp_clear(self, session: int, now: int) -> None:
        self._node.endpoint.close(session, now)
        self._node.after_command(now)

    def tunnel_clear_sas(self, name: str, now: int) -> None:
        tunnel = self._node.tunnel(name)
        if tunnel is not None:
            tunnel.clear_sas(now)
            self._node.after_command(now)

    def tunnel_xauth_prompt(self, name: str) -> "XauthPrompt | None":
        tunnel = self._node.tunnel(name)
        request = tunnel.prompt() if tunnel is not None else None
        return None if request is None else XauthPrompt(request.fields, request.message, request.challenge)

    def tunnel_xauth(self, name: str, answers: "list[tuple[int, str | Secret]]", now: int) -> str:
        tunnel = self._node.tunnel(name)
        if tunnel is None:
            return "there is no tunnel " + name
        answer = tunnel.answer_xauth(answers, now)
        self._node.after_command(now)
        return answer

    def counters(self) -> "list[tuple[str, int]]":
        return self._baseline.counters(self._node.all_counters())

    def mqtt_status(self, now: int) -> MqttStatus:
        reporter = self._node.reporter
        broker = reporter.broker
        where = ""
        if broker is not None:
            where = ("mqtts://" if broker.tls else "mqtt://") + broker.host + ":" + str(broker.port)
        topic = reporter.topics.base if reporter.topics is not None else ""
        return MqttStatus(where, reporter.connected, reporter.reason, reporter.since, topic, reporter.counters())

    def version(self, now: int) -> Version:
        node = self._node
        facts = node.facts
        return Version(
            facts.model,
            facts.version,
            facts.interpreter,
            node.crypto.name,
            node.plane.name,
            facts.board,
            facts.serial,
            now,
            facts.restart,
            facts.image,
            self.usage(now),
        )

    def usage(self, now: int) -> Usage:
        machine = self._node.machine
        return machine.usage(now) if isinstance(machine, Machine) else Usage()

    def interfaces(self, now: int) -> "list[InterfaceFacts]":
        from ezvpn.node import network  # imported here: a console that nobody asks for it does without

        found = self._asked(lambda machine, names: network.interfaces(machine, names, self._node.config))
        self._baseline.interfaces(found)
        return found

    def routes(self, now: int) -> "list[RouteFacts]":
        from ezvpn.node import network

        return self._asked(network.routes)

    def probe(self, session: int, request: "PingRequest | TraceRequest", now: int) -> None:
        if self.errands is None:
            raise Failed("Nothing can be sent from here")
        self.errands.start(session, request, now)

    def probe_stop(self, session: int, now: int) -> "list[str]":
        return [] if self.errands is None else self.errands.stop(session)

    def test_crypto(self, session: int, now: int) -> None:
        if self.errands is None:
            raise Failed("Nothing can be tested from here")
        from ezvpn.crypto.choose import best
        from ezvpn.node.crypto_test import CryptoTest

        self.errands.begin(session, CryptoTest(best(bytes)), now)

    def clear_counters(self, interface: str, now: int) -> None:
        try:
            found = self.interfaces(now)
        except Failed:
            found = []  # a replay, or a machine without netlink: the other counters still begin anew
        self._baseline.clear_interfaces(found, interface, now)
        if not interface:
            self._baseline.clear(self._node.tunnels(now), self._node.all_counters())
        self._node.note(now, "COUNTERS", interface or "all interfaces")

    def _asked(self, question: object) -> "list":  # type: ignore[type-arg]
        """What the machine answers. Raises Failed where it does not."""
        from ezvpn.node import network

        machine = self._node.machine
        if not isinstance(machine, Machine):
            raise Failed("This platform does not tell about its interfaces and routes")
        try:
            found: "list" = question(machine, network.Names(self._node.facts.aliases, self._node.config))  # type: ignore[type-arg, operator]
        except KernelError as error:
            raise Failed(error.what)
        except Malformed as error:
            raise Failed("The kernel's answer is not understood: " + error.what)
        return found

    def clock(self, now: int) -> "tuple[int | None, bool]":
        return self._node.time.wall(now)

    def time(self) -> TimeFacts:
        return self._node.time.facts()

    def set_clock(self, wall_ms: int, now: int) -> None:
        before, synced = self._node.time.wall(now)
        words = "unknown" if before is None else clock_line(before, synced)
        self._node.note(now, "CLOCKUPDATE", words, clock_line(wall_ms, True))
        self._node.set_clock(wall_ms, now)

    def debugging(self) -> int:
        return self._node.debugging.mask

    def debug(self, mask: int, now: int) -> None:
        self._node.debugging.switch(mask)

    def reload_schedule(self, delay_ms: int, reason: str, now: int) -> None:
        self._node.reload.schedule(delay_ms, reason, now)

    def reload_cancel(self, now: int) -> bool:
        return self._node.reload.cancel(now)

    def reload_left(self, now: int) -> "tuple[int, str] | None":
        left = self._node.reload.left_ms(now)
        return None if left is None else (left, self._node.reload.reason)

    def reboot(self, now: int) -> None:
        self._node.reboot()
