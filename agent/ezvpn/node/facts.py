"""What the runtime tells a node about the device, and what a node tells the runtime to do.

Level 4. Shapes only.
"""

from ezvpn.compat import const
from ezvpn.record import Record

TRANSFER_LOOKUPS = const(-1_000_000)  # ids of the order `resolve` below this one are of file transfers


class Order(Record):
    """Something for the runtime to do: a method of its adapter object and the arguments (docs/architecture.md)."""

    _fields = ("name", "args")

    def __init__(self, name: str, args: "tuple[object, ...]") -> None:
        self.name = name
        self.args = args


class Facts(Record):
    """What the device is. local_ports: real numbers of the IKE and the NAT-T socket · force_natt: they are not 500 and 4500 ·
    aliases: (IOS interface name, device name) · boot_id: another word at each start · machine_boot: the same for the
    machine, "" = not known · restart: why this run began · image: where the program is · is_router: clock, addresses and
    routes of the machine are ours to set."""

    _fields = (
        "model",
        "version",
        "interpreter",
        "board",
        "serial",
        "boot_id",
        "local_ports",
        "force_natt",
        "aliases",
        "machine_boot",
        "restart",
        "image",
        "is_router",
    )

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
        machine_boot: str = "",
        restart: str = "power-on",
        image: str = "",
        is_router: bool = False,
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
        self.machine_boot = machine_boot
        self.restart = restart
        self.image = image
        self.is_router = is_router
