"""Who may come in, and how the console is that they find: users, its line, banners, as values.

Level 3. Every field here is a line a user can type. Not here: the commands (`commands_line`, `commands_security`), asking for
names and passwords (`console`).
"""

from ezvpn.config.kept_line import Kept
from ezvpn.record import Record, Secret


class User(Record):
    """One `username` line. privilege: 15 may do everything, less only look · strong: `secret`, kept as a hash, not `password`."""

    _fields = ("name", "privilege", "strong", "secret")

    def __init__(self, name: str, privilege: int, strong: bool, secret: Secret) -> None:
        self.name = name
        self.privilege = privilege
        self.strong = strong
        self.secret = secret


class Line(Record):
    """The `line console 0` block; written: the text has it.

    login: "" nobody is asked · "password" for the line's password · "local" for a `username`
    exec_timeout_s: 0 = never · length: rows of a page, 0 = output does not pause · width: columns, 0 = as the terminal says
    speed: baud, None = as the console was opened · kept: lines without meaning here (`stopbits 1`)
    """

    _fields = (
        "login",
        "password",
        "exec_timeout_s",
        "synchronous",
        "history",
        "length",
        "width",
        "speed",
        "written",
        "kept",
    )

    def __init__(self) -> None:
        self.login = ""
        self.password: "Secret | None" = None
        self.exec_timeout_s = 600
        self.synchronous = False
        self.history = 20
        self.length = 24
        self.width = 0
        self.speed: "int | None" = None
        self.written = False
        self.kept: "list[Kept]" = []


class Banner(Record):
    """The texts of `banner`, their lines joined with newlines; "" without. motd: before everything · login: before the log-in ·
    exec: behind it."""

    _fields = ("motd", "login", "exec")

    def __init__(self) -> None:
        self.motd = ""
        self.login = ""
        self.exec = ""
