"""`ezvpn run`: where core and runtime meet. The same on both interpreters.

Level 5. Here: which parts make up one agent and in which order they start and stop. The first datagram leaves before anything
is loaded that the negotiation does not need.
"""

import sys

from ezvpn.compat import INTERPRETER, IS_MICROPYTHON
from ezvpn.config import text as config_text
from ezvpn.config.model import Config, same
from ezvpn.crypto.choose import best
from ezvpn.crypto.port import Crypto
from ezvpn.dataplane.port import DataPlane, Kernel, KernelError
from ezvpn.node import lastrun, provisional
from ezvpn.node.facts import Facts
from ezvpn.node.node import Node
from ezvpn.node.own_network import set_network
from ezvpn.node.vault import Vault
from ezvpn.report.reporter import RECORD
from ezvpn.runtime import boards, options
from ezvpn.runtime.adapter import PLAUSIBLE_MS
from ezvpn.runtime.exits import CannotStart, Exit
from ezvpn.tunnel.outside import Links
from ezvpn.version import VERSION

if IS_MICROPYTHON:
    from ezvpn.runtime.micropython.edge import Edge
    from ezvpn.runtime.micropython.heap import fit
else:
    from ezvpn.runtime.cpython.edge import Edge  # type: ignore[assignment]

TUN_PREFIX = "ezvpn"  # names of the devices that the agent makes
_RESOLV_CONF = "/etc/resolv.conf"


def main(words: "list[str]") -> int:
    """Run the agent with the words after `run`; returns the exit code. What is wrong is said on stderr."""
    if "--help" in words or "-h" in words:
        print(options.help_text())
        return Exit.STOPPED
    try:
        return run_checked(words)
    except CannotStart as fault:
        _say(fault.text)
        return fault.code


def run_checked(words: "list[str]") -> int:
    """The same, for whoever says himself what is wrong. Raises `CannotStart`."""
    return run(options.parse(words))


def run(chosen: options.Options) -> int:
    """Run until stopped. Raises `CannotStart`."""
    board = boards.load(chosen.board, boards.roots(__file__))
    if IS_MICROPYTHON:
        fit(board.heap_kb)
    edge = Edge(chosen, TUN_PREFIX)
    plane: "DataPlane | None" = None
    recorder: "Recorder | None" = None  # type: ignore[name-defined] # noqa: F821
    try:
        crypto, entropy, kernel = best(edge.entropy), edge.entropy, edge.kernel
        vault = Vault(crypto, edge.files, entropy)
        config, warnings = _configuration(edge, vault, board.restart == boards.BY_INIT)
        if chosen.record == "on":
            recorder = _recorder(chosen, edge)
            crypto, entropy, kernel = recorder.crypto(crypto), recorder.entropy(entropy), recorder.kernel(kernel)
        plane = _plane(chosen.dataplane, edge, kernel, crypto, board, config)
        facts = _facts(board, edge)
        node: "Node | RecordedNode" = Node(crypto, entropy, plane, facts)  # type: ignore[name-defined] # noqa: F821
        node.vault = vault
        memory = edge.files.read(RECORD) or b""
        try:
            if recorder is not None:
                node = recorder.begin(node, (kernel is not None,) + _plane_args(board, config), memory, edge.loop.now())
            else:
                plane.start(edge.loop.now())
                node.reporter.recall(memory)
        except KernelError as fault:
            raise CannotStart(Exit.MISSING, fault.what)
        edge.begin(node, getattr(plane, "table", None), lambda: _reload(edge, vault))
        for line in edge.notes + warnings:
            edge.note(line)
        for line in edge.files.remarks:
            edge.remark(line)
        if board.manages_network:
            # Before the first tunnel looks for its way: without an address of ours NAT would be seen where there is none.
            edge.set_network(*set_network(config, Links(tuple(board.interfaces))))
        edge.apply(config)
        _pending(edge, vault)
        edge.open_console()
        edge.run()
    except KeyboardInterrupt:
        pass  # Ctrl-C before the loop listens for it, on the interpreter that has no other signal
    finally:
        if recorder is not None:
            recorder.end()
        if plane is not None:
            plane.stop(edge.loop.now())
        edge.close()
    if edge.restart:
        edge.start_again(board.restart)
    return Exit.STOPPED


def _configuration(edge: Edge, vault: Vault, in_any_case: bool = False) -> "tuple[Config, list[str]]":
    """The startup configuration and what is to be said about it. Raises `CannotStart` for one with errors. `in_any_case`: a
    router whose agent did not start could not be mended on its console; as in IOS, the lines that can be used are."""
    name = edge.files.config_path or "startup-config"
    raw = edge.files.startup_config()
    if raw is None:
        other = "" if in_any_case else ", or name a file: ezvpn run CONFIG"
        return Config(), ["no startup configuration: type one on the console" + other]
    try:
        content = config_text.decode(raw)
    except config_text.NotText as fault:
        if in_any_case:
            return Config(), [fault.show(name)]
        raise CannotStart(Exit.CONFIGURATION, fault.show(name))
    result = config_text.parse(content, vault.unseal)
    lines: "list[str]" = []
    if result.errors:
        for problem in result.errors:
            lines.extend(problem.show(name))
        if not in_any_case:
            raise CannotStart(Exit.CONFIGURATION, "\n".join(lines))
    notes = lines
    for problem in result.warnings:
        notes.extend(problem.show(name))
    if edge.files.readable_by_others() and _has_secrets(result.config):
        notes.append(name + " holds secrets and others may read it: chmod 600 " + name)
    return result.config, notes


def _facts(board: boards.Board, edge: Edge) -> Facts:
    return Facts(
        board.model,
        VERSION,
        INTERPRETER,
        board.name,
        board.serial,
        edge.boot_id(),
        edge.sockets.ports,
        edge.sockets.force_natt,
        tuple(board.interfaces),
        edge.machine.boot(),
        lastrun.reason(edge.files.read(lastrun.RECORD) or b"", edge.machine.boot()),
        __file__.rsplit("/", 1)[0],
        board.manages_network,
    )


def _has_secrets(config: Config) -> bool:
    found = config.enable_secret is not None or (config.mqtt is not None and config.mqtt.password is not None)
    for profile in config.profiles:
        found = found or profile.key is not None or profile.password is not None
    return found


def _reload(edge: Edge, vault: Vault) -> None:
    """SIGHUP: the startup configuration replaces the running one; one with errors changes nothing, and neither does one that
    says nothing at all: that is a file in the middle of being written, or one that was lost."""
    try:
        config, notes = _configuration(edge, vault)
        if same(config, Config()):
            raise CannotStart(Exit.CONFIGURATION, (edge.files.config_path or "startup-config") + ": is empty")
    except CannotStart as fault:
        edge.note("nothing changed:\n" + fault.text)
        return
    for line in notes:
        edge.note(line)
    for line in edge.files.remarks:
        edge.remark(line)
    edge.apply(config)


def _pending(edge: Edge, vault: Vault) -> None:
    """Changes that nobody had confirmed when the last run ended."""
    wall = edge.wall_ms()
    try:
        found = provisional.read(edge.files.read(provisional.FILE), wall if wall > PLAUSIBLE_MS else None)
        if found is None:
            return
        left_ms, raw = found
        result = config_text.parse(config_text.decode(raw), vault.unseal)
        if result.errors:
            raise ValueError(provisional.FILE)
    except (ValueError, config_text.NotText):
        edge.files.remove(provisional.FILE)
        edge.remark("the changes that were waiting to be confirmed stay: " + provisional.FILE + " is damaged")
        return
    edge.pending(result.config, left_ms)


def _recorder(chosen: options.Options, edge: Edge) -> "Recorder":  # type: ignore[name-defined] # noqa: F821
    # Imported here: a device that does without the recorder never loads it.
    from ezvpn.flight.recorder import Keys, Recorder
    from ezvpn.flight.ring import Ring

    keys = Keys(edge.files.private_file(chosen.record_keys)) if chosen.record_keys else None
    return Recorder(Ring(edge.files), edge.files.directory, keys)


def _plane_args(board: boards.Board, config: Config) -> "tuple[int, str, str | None]":
    """(anti-replay window, name of the device, resolver file) of a plane with packets."""
    return config.anti_replay_window, TUN_PREFIX + "%d", _RESOLV_CONF if board.manages_dns else None


def _plane(
    wanted: str, edge: Edge, kernel: "Kernel | None", crypto: Crypto, board: boards.Board, config: Config
) -> DataPlane:
    """The data plane that was asked for. Raises `CannotStart` naming the right or device that it lacks."""
    if wanted == "none":
        # Imported here: a device loads only the plane it uses.
        from ezvpn.dataplane.none import NoPlane

        return NoPlane(kernel)
    missing = edge.lacks_tun()
    if missing or kernel is None:
        raise CannotStart(Exit.MISSING, missing or "no netlink here: use --dataplane none")
    from ezvpn.dataplane.tun import TunPlane

    window, device, resolv_conf = _plane_args(board, config)
    return TunPlane(kernel, crypto, window, device, resolv_conf)


def _say(text: str) -> None:
    for line in text.split("\n"):
        print("ezvpn: " + line, file=sys.stderr)
