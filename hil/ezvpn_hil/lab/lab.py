"""A lab: gateways, a protected LAN, a client, a client behind NAT, a name server and a broker, in namespaces.

    with Lab(gateways=[Gateway(), Gateway(split=None)], broker="both") as lab:
        lab.client.run(["ezvpn", "run", …]);  lab.gateways[0].freeze();  lab.transfer("down", 10_000_000)

Belongs here: bringing all of it up and taking all of it down. Not here: any one part (the other files of this folder).
Whatever happens in between, `down` (from here or from another process) leaves no process, namespace, link or file.
"""

from __future__ import annotations

import json
import shutil
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from ezvpn_hil.lab import certificates, nameserver, plan, rundir, traffic, wiring
from ezvpn_hil.lab.agent import CPYTHON, Agent
from ezvpn_hil.lab.broker import Broker
from ezvpn_hil.lab.daemon import Daemon
from ezvpn_hil.lab.gateway import RunningGateway
from ezvpn_hil.lab.interrupts import SIGNALS, held
from ezvpn_hil.lab.libreswan import LibreswanGateway
from ezvpn_hil.lab.namespace import LabError, Namespace, existing, ip
from ezvpn_hil.lab.plan import Gateway
from ezvpn_hil.lab.practice import PracticeGateway
from ezvpn_hil.lab.processes import Processes, listening
from ezvpn_hil.lab.strongswan import StrongSwanClient, StrongSwanGateway
from ezvpn_hil.lab.vpnc import VpncClient
from ezvpn_hil.lab.wiring import Wan

SINK_PORT = 5300
IPERF_PORT = 5201
DNS_PORT = 53

KIND_CLASSES = {"strongswan": StrongSwanGateway, "libreswan": LibreswanGateway, "practice": PracticeGateway}


class Lab:
    """A context manager; or `up()` and `down()`. broker: none, wan (198.51.100.4), lan (behind the gateways), both.
    clients: how many are on the WAN. stays: the lab outlives this process (`ezvpn lab up`). Labs left behind by processes that
    died are removed first."""

    def __init__(
        self,
        gateways: Sequence[Gateway] = (Gateway(),),
        nat: bool = True,
        broker: str = "wan",
        stays: bool = False,
        broker_program: str = "mosquitto",
        clients: int = 1,
    ) -> None:
        self._wanted = (tuple(gateways), nat, broker, stays, broker_program, clients)
        self.run_dir: rundir.RunDir | None = None

    def _build(self, run: rundir.RunDir) -> None:
        """The objects; nothing is started."""
        self.run_dir = run
        self.plan = run.plan
        self.path = run.path
        self.processes = Processes(run.path / "processes")
        self.spaces = {role: self._space(role) for role in run.plan.roles()}
        self.clients = [self.spaces[role] for role in run.plan.client_roles()]
        self.client = self.clients[0]
        self.lan = self.spaces["lan"]
        self.client_nat = self.spaces.get("clientnat")
        self.wan = Wan(self.spaces["wan"])
        self.gateways: list[RunningGateway] = []
        self.broker: Broker | None = None
        self.broker_lan: Broker | None = None

    def _space(self, role: str) -> Namespace:
        fixed = {
            "clientnat": [plan.CLIENT_NAT],
            "lan": [plan.LAN_HOST],
            "svc": [plan.SERVICES],
        }
        fixed.update({name: [plan.client_wan(n)] for n, name in enumerate(self.plan.client_roles(), 1)})
        where = fixed.get(role, [])
        if role.startswith("gw"):
            number = int(role[2:])
            where = [plan.gateway_wan(number), plan.gateway_lan(number), plan.own_lan_gateway(number)]
        return Namespace(self.plan.namespace(role), self.processes, self.path / "log", where)

    @property
    def name(self) -> str:
        return self.plan.prefix

    def __enter__(self) -> Lab:
        self.up()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.down()

    def up(self) -> None:
        """All of it, ready to use when it returns; on any failure all is taken down again first. Nothing is known about
        the lab, not even its name, before. Raises LabError, and ValueError for options that can't be."""
        for left in rundir.all_run_dirs():
            if left.orphaned():
                attach(left).down()
        gateways, nat, broker, stays, program, clients = self._wanted
        try:
            with held():
                self._build(rundir.create(gateways, nat, broker, stays, existing(), program, clients))
            wiring.add_namespaces(self.plan)
            self._etc_files()
            wiring.wire(self.plan, self.spaces)
            self._make_daemons()
            for daemon in self._services():
                daemon.start()
            for gateway in self.gateways:
                gateway.start()
        except BaseException:
            self.down()
            raise

    def _etc_files(self) -> None:
        """`ip netns exec` puts these over /etc: the clients ask the lab's name server and write their own file."""
        for role in (*self.plan.client_roles(), "clientnat"):
            if role in self.spaces:
                folder = rundir.NETNS_ETC / self.plan.namespace(role)
                try:
                    folder.mkdir(parents=True, exist_ok=True)
                except PermissionError:
                    return  # without root on an old kernel: names are asked where the machine asks
                (folder / "resolv.conf").write_text(
                    f"nameserver {plan.SERVICES}\noptions timeout:2 attempts:1\n", encoding="ascii"
                )

    def _make_daemons(self) -> None:
        """The gateways and brokers as objects, running or not; their configuration is written again."""
        if self.plan.broker != "none" and not (self.path / "certificates").exists():
            certificates.make_all(
                self.path / "certificates",
                ("broker.lab.example", "localhost"),
                (plan.SERVICES, plan.LAN_HOST, "127.0.0.1"),
            )
        if self.plan.broker in ("wan", "both"):
            self.broker = Broker(
                "broker", plan.SERVICES, self.spaces["svc"], self.processes, self.path, self.plan.broker_program
            )
        if self.plan.broker in ("lan", "both"):
            self.broker_lan = Broker(
                "broker-lan", plan.LAN_HOST, self.lan, self.processes, self.path, self.plan.broker_program
            )
        for number, options in enumerate(self.plan.gateways, 1):
            role = f"gw{number}"
            self.gateways.append(
                KIND_CLASSES[options.kind](
                    role,
                    options,
                    plan.gateway_wan(number),
                    plan.pool(number, options),
                    self.spaces[role],
                    self.processes,
                    self.path,
                    self.wan,
                )
            )

    def _services(self) -> list[Daemon]:
        log = self.path / "log"
        names = [f"{name}={address}" for name, address in self.plan.hosts().items()]
        python = [sys.executable, "-I"]
        rows = [
            ("names", "svc", [*python, nameserver.__file__, plan.SERVICES, str(DNS_PORT), *names], "udp", DNS_PORT),
            ("sink", "lan", [*python, traffic.__file__, "serve", "0.0.0.0", str(SINK_PORT)], "tcp", SINK_PORT),
        ]
        if shutil.which("iperf3"):
            rows.append(("iperf", "lan", ["iperf3", "-s", "-p", str(IPERF_PORT)], "tcp", IPERF_PORT))
        daemons = [
            Daemon(name, self.spaces[role], self.processes, argv, log / f"{name}.log", _listens(protocol, port))
            for name, role, argv, protocol, port in rows
        ]
        return [*daemons, *(b for b in (self.broker, self.broker_lan) if b is not None)]

    def down(self) -> None:
        """End every process of the lab (recorded, or living in one of its namespaces), then remove namespaces and files.
        Works from any process, on a half-built lab, and twice."""
        if self.run_dir is None:
            return
        # A second Ctrl-C waits until all is gone; everything in here is bounded in time.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        try:
            self._take_down(self.run_dir)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    def _take_down(self, run: rundir.RunDir) -> None:
        ours = [self.plan.namespace(role) for role in self.plan.roles()]
        names = [name for name in existing() if name in ours]
        pids = {pid for _, pid in self.processes.alive()}
        for name in names:
            pids.update(int(pid) for pid in ip("netns", "pids", name).split())
        self.processes.end(pids)
        for name in names:
            try:
                ip("netns", "del", name)
            except LabError:
                if name in existing():
                    raise  # else another process takes the same orphan down
        for name in ours:
            shutil.rmtree(rundir.NETNS_ETC / name, ignore_errors=True)
        try:
            rundir.NETNS_ETC.rmdir()
        except OSError:
            pass  # it never was there, or isn't only ours
        run.remove()

    def transfer(
        self,
        direction: str,
        size: int,
        space: Namespace | None = None,
        host: str = plan.LAN_HOST,
        limit_s: float = 120.0,
    ) -> tuple[bool, float]:
        """Move size bytes through TCP between a client and the LAN's host: (checksums equal, seconds).
        direction: down (to the client) or up."""
        argv = [sys.executable, "-I", traffic.__file__, direction, host, str(SINK_PORT), str(size)]
        done = (space or self.client).run(argv, limit_s, check=False)
        try:
            result = json.loads(done.stdout)
        except ValueError:
            raise LabError(f"transfer {direction}: {(done.stderr or done.stdout).strip()[-300:]}") from None
        return bool(result["ok"]), float(result["seconds"])

    def agent(
        self,
        space: Namespace | None = None,
        name: str = "agent",
        options: Sequence[str] = (),
        program: Sequence[str] = CPYTHON,
    ) -> Agent:
        """Our own program in a client's namespace, not started."""
        return Agent(name, space or self.client, self.processes, self.path, program, options)

    def vpnc(self, space: Namespace | None = None, name: str = "vpnc") -> VpncClient:
        return VpncClient(name, space or self.client, self.path)

    def strongswan_client(self, space: Namespace | None = None, name: str = "charon-client") -> StrongSwanClient:
        return StrongSwanClient(name, space or self.client, self.processes, self.path)


def _listens(protocol: str, port: int) -> Callable[[int], bool]:
    return lambda pid: listening(pid, protocol, port)


def attach(run: rundir.RunDir) -> Lab:
    """A lab that another process built, for looking at, for faults and for taking down."""
    lab = Lab.__new__(Lab)
    lab._build(run)
    if (run.path / "processes").exists():
        try:
            lab._make_daemons()
        except LabError:
            pass  # what it needs was uninstalled; it can still be taken down
    return lab


def running() -> list[rundir.RunDir]:
    return rundir.all_run_dirs()


def find(name: str) -> Lab:
    """The lab of that name, or the only one when name is empty. Raises LabError naming the choices."""
    labs = [r for r in running() if not name or r.name == name]
    if len(labs) == 1:
        return attach(labs[0])
    names = ", ".join(r.name for r in running()) or "none; start one with: ezvpn lab up"
    raise LabError(f"which lab? there are: {names}" if not name else f"no lab {name}; there are: {names}")


def log_paths(lab: Lab) -> list[Path]:
    return sorted((lab.path / "log").iterdir())
