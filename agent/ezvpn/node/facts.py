"""What the runtime tells a node about the device, and what a node tells the runtime to do.

Level 4. Shapes only.
"""

from ezvpn.record import Record


class Order(Record):
    """Something for the runtime to do: a method of its adapter object and the arguments (docs/architecture.md)."""

    _fields = ("name", "args")

    def __init__(self, name: str, args: "tuple[object, ...]") -> None:
        self.name = name
        self.args = args


class Facts(Record):
    """What the device is. local_ports: real numbers of the IKE and the NAT-T socket · force_natt: they are not 500 and 4500 ·
    aliases: (IOS interface name, device name) · boot_id: another word at each start."""

    _fields = ("model", "version", "interpreter", "board", "serial", "boot_id", "local_ports", "force_natt", "aliases")

    def __init__(
        self,
        model: str,
        version: str,
        interpreter: str,
        board: str,
        serial: str,
        boot_id: str,
        local_ports: "tuple[int, int]" = (500, 4500),
        force_natt: bool = False,
        aliases: "tuple[tuple[str, str], ...]" = (),
    ) -> None:
        self.model = model
        self.version = version
        self.interpreter = interpreter
        self.board = board
        self.serial = serial
        self.boot_id = boot_id
        self.local_ports = local_ports
        self.force_natt = force_natt
        self.aliases = aliases
