"""Name servers from Mode Config: which ones, and the resolver file that gets them while a tunnel is up.

Only where the board says `manages_dns`; elsewhere (`unix`) the machine's resolver configuration belongs to the machine, and
the servers are only shown. What stood there before is kept in the state directory first, so it comes back after a crash too.
Not here: split DNS, which a resolver file cannot express.
"""

from ezvpn.dataplane.port import Kernel, KernelError
from ezvpn.ike.params import ModeConfig
from ezvpn.wire.inet import ipv4_text

BACKUP = "resolv.conf.before"  # in the state directory
MARK = "# Written by ezvpn while its tunnel is up; the former content comes back afterwards.\n"
MOST_SERVERS = 3  # resolv.conf(5): MAXNS

_PRESENT = "present\n"  # first line of the backup: whether there was a file
_ABSENT = "absent\n"


def resolver_text(config: ModeConfig) -> str:
    """The file for one tunnel's configuration; "" if it names no server. A domain that is not a plain name is left out."""
    if not config.dns:
        return ""
    text = MARK
    if config.domain and is_plain_name(config.domain):
        text += "search " + config.domain + "\n"
    for address in config.dns[:MOST_SERVERS]:
        text += "nameserver " + ipv4_text(address) + "\n"
    return text


def is_plain_name(name: str) -> bool:
    """Letters, digits, hyphens and dots only: what the gateway sends must not become another line of the file."""
    if not 0 < len(name) <= 253:
        return False
    for character in name:
        if not ("a" <= character <= "z" or "A" <= character <= "Z" or "0" <= character <= "9" or character in "-."):
            return False
    return True


class Resolver:
    """Owns one resolver file while at least one tunnel with name servers is up; the newest tunnel's servers stand in it."""

    def __init__(self, kernel: Kernel, path: str) -> None:
        self._kernel = kernel
        self._path = path
        self._tunnels: "list[tuple[str, str]]" = []  # (tunnel, text), the newest last

    def clean(self) -> None:
        """Bring back what a crashed run replaced."""
        self._restore()

    def apply(self, tunnel: str, config: ModeConfig) -> None:
        """Raises `KernelError` if a file cannot be written."""
        self._tunnels = [entry for entry in self._tunnels if entry[0] != tunnel]
        text = resolver_text(config)
        if text:
            self._tunnels.append((tunnel, text))
        self._write()

    def release(self, tunnel: str) -> None:
        """Never raises: what cannot be written stays for the next start."""
        self._tunnels = [entry for entry in self._tunnels if entry[0] != tunnel]
        try:
            self._write()
        except KernelError:
            return

    def _write(self) -> None:
        if not self._tunnels:
            self._restore()
            return
        if not self._kernel.read_text(BACKUP):
            before = self._kernel.read_text(self._path)
            self._kernel.write_text(BACKUP, _PRESENT + before if before else _ABSENT)
        self._kernel.write_text(self._path, self._tunnels[-1][1])

    def _restore(self) -> None:
        backup = self._kernel.read_text(BACKUP)
        if not backup:
            return
        # Somebody who wrote the file after us (a DHCP client) knows better.
        if self._kernel.read_text(self._path).startswith(MARK):
            self._kernel.write_text(self._path, backup[len(_PRESENT) :] if backup.startswith(_PRESENT) else None)
        self._kernel.write_text(BACKUP, None)
