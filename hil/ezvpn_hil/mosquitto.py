"""A real mosquitto on given ports: plain, plain with passwords, TLS, TLS with a client's certificate.

Belongs here: where it is, its configuration, and running one on free ports. Not here: certificates (`lab.certificates`),
namespaces (give a command prefix such as `ip netns exec NAME`), running the one of a lab (`lab.broker`).
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ezvpn_hil.lab.certificates import make_all
from ezvpn_hil.lab.processes import environment

START_S = 10.0
NOT_INSTALLED = "mosquitto is not installed: run apt-get install -y mosquitto mosquitto-clients"


class MosquittoError(Exception):
    """It is not installed, or did not start; the text says which, and what its log says."""


@dataclass(frozen=True)
class Listener:
    """One port. tls: with the server's certificate. client: only for clients with one. passwords: only for users of this file."""

    port: int
    tls: bool = False
    client: bool = False
    passwords: str = ""


def program() -> str | None:
    """Where mosquitto is, None where it isn't installed."""
    return shutil.which("mosquitto", path=environment()["PATH"])


def configuration(
    address: str, listeners: Sequence[Listener], certificates: str, store: str, persistent: bool = True
) -> str:
    """The text of mosquitto.conf. With persistent, retained messages live in a file of `store`, so that a restart keeps them,
    as a broker in the field does."""
    rows = [
        "per_listener_settings true",
        # Started as root it would drop to a user that may not read the key.
        f"user {pwd.getpwuid(os.geteuid()).pw_name}",
        f"persistence {'true' if persistent else 'false'}",
        f"persistence_location {store}/",
        "log_type all",
    ]
    for listener in listeners:
        rows.append(f"listener {listener.port} {address}")
        rows.append(f"allow_anonymous {'false' if listener.passwords else 'true'}")
        if listener.passwords:
            rows.append(f"password_file {listener.passwords}")
        if listener.tls or listener.client:
            rows += [f"certfile {certificates}/server.pem", f"keyfile {certificates}/server-key.pem"]
        if listener.client:
            rows += [f"cafile {certificates}/ca.pem", "require_certificate true"]
    return "\n".join(rows) + "\n"


def free_port(address: str = "127.0.0.1") -> int:
    """A TCP port that is free now, chosen by the kernel."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


class Mosquitto:
    """One broker. Files for clients: `certificates`/{ca,client,client-key,wrong-ca}.{pem,der}. Retained messages survive a
    restart (`stop`, `start`) as in the field, unless `persistent` is False.

    folder: for configuration, log and store · user, password: what `password_port` accepts · prefix: command words
    before `mosquitto`.
    """

    def __init__(
        self,
        folder: Path,
        address: str = "127.0.0.1",
        prefix: tuple[str, ...] = (),
        user: str = "edge",
        password: str = "let me in",
        persistent: bool = True,
    ) -> None:
        found, tool = program(), shutil.which("mosquitto_passwd")
        if found is None or tool is None:
            raise MosquittoError(NOT_INSTALLED)
        self.folder = folder
        self.address = address
        self.user = user
        self.password = password
        self.port, self.password_port, self.tls_port, self.tls_client_port = (free_port(address) for _ in range(4))
        self.certificates = folder / "certificates"
        make_all(self.certificates, ("localhost",), (address,))
        self._passwords = folder / "passwords"
        self._passwords.touch(0o600)
        subprocess.run([tool, "-b", str(self._passwords), user, password], check=True, capture_output=True)
        self._conf = folder / "mosquitto.conf"
        self._conf.write_text(self._text(persistent))
        self.log = folder / "mosquitto.log"
        self._argv = [*prefix, found, "-c", str(self._conf)]
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it listens on all its ports. Raises MosquittoError."""
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(self._argv, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        limit = time.monotonic() + START_S
        for port in (self.port, self.password_port, self.tls_port, self.tls_client_port):
            while not self._listens(port):
                if self._child.poll() is not None or time.monotonic() > limit:
                    self.stop()
                    raise MosquittoError("mosquitto did not start: " + self.log.read_text()[-2000:])
                time.sleep(0.02)

    def stop(self) -> None:
        """End it in order (it writes its store)."""
        self._end(False)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(True)

    def __enter__(self) -> Mosquitto:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def _end(self, at_once: bool) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if at_once:
            child.kill()
        else:
            child.terminate()
        try:
            child.wait(5)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait(5)

    def _listens(self, port: int) -> bool:
        """Read from /proc: connecting would show in the broker's log, and this works for a child in another namespace."""
        wanted = f":{port:04X} 00000000:0000 0A"
        child = self._child
        try:
            return child is not None and wanted in Path(f"/proc/{child.pid}/net/tcp").read_text()
        except OSError:
            return False

    def _text(self, persistent: bool) -> str:
        listeners = (
            Listener(self.port),
            Listener(self.password_port, passwords=str(self._passwords)),
            Listener(self.tls_port, tls=True),
            Listener(self.tls_client_port, client=True),
        )
        return configuration(self.address, listeners, str(self.certificates), str(self.folder), persistent)
