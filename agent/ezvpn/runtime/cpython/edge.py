"""The CPython edge: makes the parts that own descriptors and joins them to a node. Same names as runtime/micropython/edge.py.

What an order does is in runtime/adapter.py; here is what only this interpreter can: signals, asyncio's MQTT client, a restart
in place.
"""

import os
import signal
import sys

from ezvpn.dataplane.port import KernelError
from ezvpn.runtime.adapter import Adapter
from ezvpn.runtime.boards import BY_INIT
from ezvpn.runtime.calls import Callback, Part
from ezvpn.runtime.console_modules import MODULES
from ezvpn.runtime.cpython.consock import NAME, ConsoleSocket
from ezvpn.runtime.cpython.entropy import entropy
from ezvpn.runtime.cpython.linkwatch import LinkWatch
from ezvpn.runtime.cpython.loop import Loop
from ezvpn.runtime.cpython.netlink import NetlinkKernel
from ezvpn.runtime.cpython.resolver import Resolver
from ezvpn.runtime.cpython.store import Store, read_text
from ezvpn.runtime.cpython.tty import FdWriter, open_terminal
from ezvpn.runtime.cpython.tundev import Mover, open_raw_esp
from ezvpn.runtime.cpython.udp import Datagrams, IkeSockets, hear_errors
from ezvpn.runtime.machine import LinuxMachine
from ezvpn.runtime.options import Options
from ezvpn.runtime.tun_request import DEVICE, lacks_capability


class Edge(Adapter):
    """Everything with a descriptor. Made before the node, because the node wants to know the ports; raises `CannotStart`."""

    # asyncio and aiomqtt take longer to import than a whole negotiation; the tunnel goes first.
    mqtt_delay_ms = 150

    console_modules = MODULES

    def __init__(self, options: Options, own_prefix: str) -> None:
        files = Store(options.state_dir, options.config)
        files.open()
        super().__init__(Loop(), IkeSockets(), files, own_prefix)
        self.entropy = entropy
        self.notes = self.sockets.notes + files.notes
        self._options = options
        self._parts: "list[Part]" = []  # to be closed, last first
        try:
            self.kernel = NetlinkKernel(files.directory)
            self._parts.append(self.kernel)
        except KernelError as error:
            self.notes.append(error.what)
        self.machine = LinuxMachine(self.kernel, files.directory)

    def begin(self, node: Part, table: Part, on_reload: Callback) -> None:
        """Join the node, open console socket and link watch. `table`: the packets' table of a userspace plane, else None.
        `on_reload()` is called on SIGHUP."""
        mover = None
        if table is not None and self.kernel is not None:
            mover = Mover(self.kernel.tun, table, self.sockets.sockets[1])
        self.join(node, Resolver(self.loop, self.resolved), mover, FdWriter(self.loop, 2))
        self.loop.on_signal(signal.SIGTERM, self.shutdown)
        self.loop.on_signal(signal.SIGINT, self.shutdown)
        self.loop.on_signal(signal.SIGHUP, on_reload)
        try:
            self._parts.append(LinkWatch(self.loop, self.links.datagram, self.relearn))
        except OSError:
            pass  # the kernel door has said so already
        self.relearn()
        try:
            self._parts.append(ConsoleSocket(self.loop, self.files.path(NAME), self.attachments))
        except OSError as error:
            self.notes.append(
                f"{self.files.path(NAME)}: {error.strerror or error}: `ezvpn exec` and `console` cannot reach this agent"
            )

    def open_console(self) -> None:
        """The console that `--console` asks for. Raises `CannotStart`."""
        spec = self._options.console
        if spec:
            self.consoles.quits = spec == "-"
            terminal = open_terminal(
                self.loop,
                spec,
                self.consoles.terminal_opened,
                self.consoles.terminal_bytes,
                self.consoles.terminal_break,
                self.consoles.terminal_gone,
                self.note,
            )
            self._parts.append(terminal)

    def boot_id(self) -> str:
        """A name for this run; it differs from run to run."""
        return entropy(8).hex()

    def lacks_tun(self) -> str:
        """What is missing for a TUN device, "" if nothing is: asked before a negotiation is started in vain."""
        try:
            os.close(os.open(DEVICE, os.O_RDWR | os.O_CLOEXEC))
        except OSError as error:
            return f"{DEVICE}: {error.strerror}; load the kernel module tun, or use --dataplane none"
        return lacks_capability(read_text("/proc/self/status"))

    def open_raw(self) -> Part:
        try:
            raw = open_raw_esp()
            hear_errors(raw)
            return raw
        except KernelError as error:
            self.note(error.what)
            return None

    def _mqtt_begin(self) -> None:
        self.loop.with_asyncio(self._mqtt_begin_in_asyncio)

    def _mqtt_begin_in_asyncio(self) -> None:
        if self._mqtt_timer is not None:  # else it was stopped while asyncio was loaded
            super()._mqtt_begin()

    def open_icmp(self, source: "bytes | None", with_errors: bool) -> Part:
        from ezvpn.runtime.cpython.icmp import IcmpSocket  # imported here: many devices never ping

        return IcmpSocket(source, with_errors)

    def open_time(self) -> Part:
        from ezvpn.runtime.cpython.timeserver import TimeSocket  # imported here: many devices ask no server

        return TimeSocket()

    def set_machine_clock(self, wall_ms: int) -> None:
        from ezvpn.runtime.cpython.timeserver import set_machine_clock

        set_machine_clock(wall_ms)

    def make_mqtt(self) -> Part:
        from ezvpn.runtime.cpython.mqtt import MqttAdapter

        return MqttAdapter(self.node.outbox, self._mqtt_state, self._mqtt_message)

    def open_datagrams(self) -> Datagrams:
        return Datagrams()

    def run(self) -> None:
        """Until the agent is stopped."""
        self.loop.run()

    def close(self) -> None:
        """Close everything, last opened first; the terminal is as before, the state directory free."""
        for part in reversed(self._parts):
            part.close()
        self._parts = []
        self._probes.close_all()
        self._time.close()
        self.sockets.close()
        self.files.close()

    def start_again(self, command: str) -> None:
        """After `reload`: the board's restart command, or this program once more in the same process."""
        sys.stderr.flush()
        if command == BY_INIT:
            return  # it restarts the machine
        if command:
            os.system(command)
        else:
            os.execv(sys.executable, [sys.executable, "-m", "ezvpn"] + sys.argv[1:])
