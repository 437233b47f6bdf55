"""A real mosquitto on given ports: plain, plain with passwords, TLS, TLS with a client's certificate.

Belongs here: its configuration, starting, stopping and killing it. Not here: certificates (`lab.certificates`), namespaces
(give a command prefix such as `ip netns exec NAME`), the broker of a whole lab (`lab.broker`).
"""

from __future__ import annotations

import getpass
import shutil
import socket
import subprocess
import time
from pathlib import Path

from ezvpn_hil.lab.certificates import make_all

START_S = 10.0


class MosquittoError(Exception):
    """It is not installed, or did not start; the text says which, and what its log says."""


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
        program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
        tool = shutil.which("mosquitto_passwd")
        if program is None or tool is None:
            raise MosquittoError("mosquitto is not installed: run apt-get install -y mosquitto mosquitto-clients")
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
        self._argv = [*prefix, program, "-c", str(self._conf)]
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
        tls = [f"certfile {self.certificates}/server.pem", f"keyfile {self.certificates}/server-key.pem"]
        rows = [
            "per_listener_settings true",
            # Started as root it would drop to a user that may not read the key.
            f"user {getpass.getuser()}",
            f"persistence {'true' if persistent else 'false'}",
            f"persistence_location {self.folder}/",
            "log_type all",
            f"listener {self.port} {self.address}",
            "allow_anonymous true",
            f"listener {self.password_port} {self.address}",
            "allow_anonymous false",
            f"password_file {self._passwords}",
            f"listener {self.tls_port} {self.address}",
            "allow_anonymous true",
            *tls,
            f"listener {self.tls_client_port} {self.address}",
            "allow_anonymous true",
            *tls,
            f"cafile {self.certificates}/ca.pem",
            "require_certificate true",
        ]
        return "\n".join(rows) + "\n"
