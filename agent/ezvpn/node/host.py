"""What console sessions may ask of a node: `console.host.Host` over `node.device.Device`.

Level 4. Belongs here: translation. Not here: words of the console, decisions.
"""

from ezvpn.config.commands import Modes
from ezvpn.config.model import Config
from ezvpn.config.render import to_text
from ezvpn.console.host import Host, MqttStatus, Version, XauthPrompt
from ezvpn.ike.status import Phase1Status, TunnelStatus
from ezvpn.node.device import Device
from ezvpn.record import Secret

CONFIG_FILE = "startup-config"


class NodeHost(Host):
    """Loaded with the first console: a device whose console nobody opens does without the grammar."""

    def __init__(self, node: Device) -> None:
        self._node = node
        self.log = node.log
        self.modes = Modes()

    @property
    def config(self) -> Config:  # type: ignore[override]  # the node replaces its record with each change
        return self._node.config

    def apply(self, config: Config, now: int) -> "list[str]":
        return self._node.apply(config, now)

    def configured(self, session: int, now: int) -> None:
        self._node.note(now, "CONFIG", "console")

    def save(self, session: int, now: int) -> None:
        self._node.order("store", session, CONFIG_FILE, to_text(self._node.config).encode())

    def save_trace(self, session: int, name: str, now: int) -> str:
        witness = self._node.witness
        if witness is None:
            return ""
        path, data = witness.save(name)  # type: ignore[attr-defined]
        self._node.order("store", session, name, data)
        return str(path)

    def tunnels(self, now: int) -> "list[TunnelStatus]":
        return self._node.tunnels(now)

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
        return self._node.all_counters()

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
        )

    def clock(self, now: int) -> "tuple[int | None, bool]":
        return self._node.wall(now)

    def debugging(self) -> int:
        return self._node.debugging.mask

    def debug(self, mask: int, now: int) -> None:
        self._node.debugging.switch(mask)

    def reboot(self, now: int) -> None:
        self._node.order("reboot")
