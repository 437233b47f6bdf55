"""The MicroPython edge: makes the parts that own descriptors and joins them to a node. Same names as runtime/cpython/edge.py.

What an order does is in runtime/adapter.py. With the device binary's C module there are signals, TUN devices and a restart in
place. pip's interpreter passes on no signal but Ctrl-C, so there is no reload by SIGHUP and a killed agent cleans up at its next
start.
"""

import binascii
import os
import sys

from ezvpn.compat import HAS_EDGEC
from ezvpn.dataplane.port import KernelError
from ezvpn.runtime.adapter import Adapter
from ezvpn.runtime.boards import BY_INIT
from ezvpn.runtime.calls import Callback, Part
from ezvpn.runtime.console_modules import MODULES
from ezvpn.runtime.machine import LinuxMachine
from ezvpn.runtime.micropython.consock import NAME, ConsoleSocket
from ezvpn.runtime.micropython.entropy import entropy
from ezvpn.runtime.micropython.linkwatch import LinkWatch
from ezvpn.runtime.micropython.loop import Loop
from ezvpn.runtime.micropython.netlink import NetlinkKernel
from ezvpn.runtime.micropython.resolver import Resolver
from ezvpn.runtime.micropython.store import Store, read_text
from ezvpn.runtime.micropython.tty import FdWriter, is_file, open_terminal
from ezvpn.runtime.micropython.tundev import Mover, probe
from ezvpn.runtime.micropython.udp import Datagrams, IkeSockets, open_raw_esp
from ezvpn.runtime.options import Options
from ezvpn.runtime.tun_request import advice, lacks_capability


class Edge(Adapter):
    """Everything with a descriptor. Made before the node, because the node wants to know the ports; raises `CannotStart`."""

    # This interpreter takes that much of its heap in one piece for each datagram, whatever its length. IKE needs less than 2 kB;
    # what is longer arrives cut off, fails the length check and is counted.
    datagram_bytes = 4096

    console_modules = MODULES

    def __init__(self, options: Options, own_prefix: str) -> None:
        files = Store(options.state_dir, options.config)
        files.open()
        super().__init__(Loop(), IkeSockets(), files, own_prefix)
        self.entropy = entropy
        self.notes = list(self.sockets.notes)
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
        stderr = open(2, "wb")  # noqa: SIM115 it stays open
        mover = None
        if HAS_EDGEC and table is not None and self.kernel is not None:
            mover = Mover(self.kernel.tun, table, self.sockets.sockets[1])
        self.join(node, Resolver(self.loop, self.resolved), mover, FdWriter(self.loop, stderr, is_file(2)))
        self.loop.on_interrupt(self.shutdown)
        if HAS_EDGEC:
            from ezvpn.runtime.micropython import signals

            calls = {signals.SIGTERM: self.shutdown, signals.SIGINT: self.shutdown, signals.SIGHUP: on_reload}
            self._parts.append(signals.Signals(self.loop, calls))
        try:
            self._parts.append(LinkWatch(self.loop, self.links.datagram, self.relearn))
        except OSError:
            pass  # the kernel door has said so already
        self.relearn()
        try:
            self._parts.append(ConsoleSocket(self.loop, self.files.path(NAME), self.attachments))
        except OSError as error:
            self.notes.append(f"{self.files.path(NAME)}: error {error.errno}: no agent console there")

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
        return binascii.hexlify(entropy(8)).decode()

    def lacks_tun(self) -> str:
        """What is missing for a TUN device, "" if nothing is: asked before a negotiation is started in vain."""
        try:
            probe()
        except KernelError as error:
            return error.what
        return lacks_capability(read_text("/proc/self/status"))

    def open_raw(self) -> Part:
        try:
            return open_raw_esp()
        except OSError as error:
            self.note("cannot open a raw socket for ESP: " + advice(error.errno or 0, f"error {error.errno}"))
            return None

    def open_icmp(self, source: "bytes | None", with_errors: bool) -> Part:
        from ezvpn.runtime.micropython.icmp import IcmpSocket  # imported here: many devices never ping

        return IcmpSocket(source, with_errors)

    def open_time(self) -> Part:
        from ezvpn.runtime.micropython.timeserver import TimeSocket  # imported here: many devices ask no server

        return TimeSocket()

    def set_machine_clock(self, wall_ms: int) -> None:
        from ezvpn.runtime.micropython.timeserver import set_machine_clock

        set_machine_clock(wall_ms)

    def make_mqtt(self) -> Part:
        from ezvpn.runtime.micropython.mqtt import MqttAdapter

        return MqttAdapter(self.node.outbox, self._mqtt_state, self._mqtt_message, self.loop)

    def open_datagrams(self) -> Datagrams:
        return Datagrams()

    def run(self) -> None:
        """Until the agent is stopped."""
        self.loop.run()

    def close(self) -> None:
        """Close everything, last opened first; the terminal is as before, the state directory free."""
        while self._parts:
            self._parts.pop().close()
        self._probes.close_all()
        self._time.close()
        self.sockets.close()
        self.files.close()

    def start_again(self, command: str) -> None:
        """After `reload`: the board's restart command, or this program once more in the same process. pip's interpreter cannot do
        that: there whoever supervises the agent starts it again."""
        if command == BY_INIT:
            return  # it restarts the machine
        if command:
            os.system(command)
        elif HAS_EDGEC:
            import _edgec  # type: ignore[import-not-found]

            _edgec.execv(["/proc/self/exe"] + sys.argv[1:])
