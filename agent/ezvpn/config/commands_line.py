"""Who may come in, and what a console is like: `username`, `banner`, `service password-recovery`, `line console 0`.

Level 3, pure. Other lines of a router (aux, vty) have no meaning here and are kept (`config.kept`). What the settings do is in
`console.login` and `console.shell`.
"""

from ezvpn.config.access import Line, User
from ezvpn.config.draft import Draft, Rejected
from ezvpn.config.match import Match

GLOBAL = (
    (
        "username WORD$name ~ [privilege <0-15>$privilege] {secret|password}$what SECRET$secret",
        (
            "Who may log in",
            "Name of the user",
            "What the user may do",
            "15: everything; less: look",
            "Secret, kept as a hash",
            "Password",
            "The secret in plain text, or a hash of type 5, 8 or 9 behind its number",
        ),
        "user",
    ),
    (
        "banner {motd|login|exec}$which ~ LINE$text",
        (
            "Text for whoever comes to a console",
            "Before everything else",
            "Before the log-in",
            "Behind the log-in",
            "c text c, where c is a character that the text has not; the text may have several lines",
        ),
        "banner",
    ),
    ("line {console|con} 0 ~", ("Configure a line", "The console", "The console", "The only one"), "line"),
    (
        "service password-recovery ~",
        ("Services", "A break in the first minute wipes all secrets and lets in (default)"),
        "password_recovery",
    ),
)

LINE = (
    (
        "exec-timeout ~ <0-35791>$minutes [<0-59>$seconds]",
        ("End an idle session", "Minutes, 0 never", "Seconds"),
        "timeout",
    ),
    ("history size ~ <0-256>$lines", ("Lines that can be called back", "How many", "Lines, default 20"), "history"),
    ("length ~ <0-512>$rows", ("Rows of the screen", "Rows, 0 for no pausing"), "length"),
    ("logging synchronous ~", ("Log lines", "Above what is being typed, as they always are here"), "synchronous"),
    ("login ~ [local]$local", ("Ask who comes in", "For the name and password of a `username`"), "login"),
    ("password ~ SECRET$secret", ("Password of this line, for `login`", "The password in plain text"), "line_password"),
    (
        "speed ~ {9600|19200|38400|57600|115200|230400|460800|921600}$baud",
        ("Speed of the serial port",) + ("Bits a second",) * 8,
        "speed",
    ),
    ("width ~ <0-512>$columns", ("Columns of the screen", "Columns, 0 as the terminal says"), "width"),
)

# What IOS prints for the control character that it uses as the delimiter of a banner.
BANNER_END = "^C"

_MAX_USERS = 32
_MAX_BANNER = 2000


def user(draft: Draft, match: Match) -> None:
    users = draft.config.users
    name = match.text("name")
    at = [i for i in range(len(users)) if users[i].name == name]
    if match.negate:
        if not at:
            raise Rejected("there is no user " + name, "name")
        users.pop(at[0])
        return
    strong = match.text("what") == "secret"
    secret = draft.password(match, "secret") if strong else draft.secret(match, "secret")
    made = User(name, match.number("privilege", 1), strong, secret)
    if at:
        users[at[0]] = made
    elif len(users) >= _MAX_USERS:
        raise Rejected("more than " + str(_MAX_USERS) + " users")
    else:
        users.append(made)


def banner(draft: Draft, match: Match) -> None:
    which = match.text("which")
    if match.negate:
        setattr(draft.config.banner, which, "")
        return
    text = match.text("text")
    delimiter = BANNER_END if text.startswith(BANNER_END) else text[0]
    draft.collecting = (which, delimiter, [])
    collect(draft, text[len(delimiter) :])


def collect(draft: Draft, text: str) -> str:
    """One more line of the banner that is being typed; returns what is wrong with it, or "". The line with the delimiter is the
    last one."""
    which, delimiter, lines = draft.collecting or ("", "", [])
    if delimiter != BANNER_END and BANNER_END in text:
        draft.collecting = None
        return "a banner cannot have the text " + BANNER_END
    end = text.find(delimiter)
    lines.append(text if end < 0 else text[:end])
    if sum([len(line) + 1 for line in lines]) > _MAX_BANNER:
        draft.collecting = None
        return "a banner has at most " + str(_MAX_BANNER) + " characters"
    if end >= 0:
        draft.collecting = None
        # The first and the last line are mostly only the delimiter.
        shown = lines[1:] if not lines[0] and len(lines) > 1 else lines
        setattr(draft.config.banner, which, "\n".join(shown[:-1] if len(shown) > 1 and not shown[-1] else shown))
    return ""


def line(draft: Draft, match: Match) -> None:
    if match.negate:
        draft.config.line = Line()
        return
    draft.config.line.written = True
    draft.enter("config-line-console", draft.config.line)


def password_recovery(draft: Draft, match: Match) -> None:
    draft.config.password_recovery = match.negate != "no"


def timeout(draft: Draft, match: Match) -> None:
    if match.negate == "no":
        draft.line_block().exec_timeout_s = 0
    elif match.negate:
        draft.line_block().exec_timeout_s = Line().exec_timeout_s
    else:
        draft.line_block().exec_timeout_s = match.number("minutes") * 60 + match.number("seconds")


def history(draft: Draft, match: Match) -> None:
    draft.line_block().history = match.number("lines", Line().history)


def length(draft: Draft, match: Match) -> None:
    draft.line_block().length = match.number("rows", Line().length)


def synchronous(draft: Draft, match: Match) -> None:
    draft.line_block().synchronous = not match.negate


def login(draft: Draft, match: Match) -> None:
    draft.line_block().login = "" if match.negate else "local" if match.text("local") else "password"


def line_password(draft: Draft, match: Match) -> None:
    draft.line_block().password = None if match.negate else draft.secret(match, "secret")


def speed(draft: Draft, match: Match) -> None:
    draft.line_block().speed = None if match.negate else int(match.text("baud"))


def width(draft: Draft, match: Match) -> None:
    draft.line_block().width = match.number("columns")


SETTERS = {
    "user": user,
    "banner": banner,
    "line": line,
    "password_recovery": password_recovery,
    "timeout": timeout,
    "history": history,
    "length": length,
    "synchronous": synchronous,
    "login": login,
    "line_password": line_password,
    "speed": speed,
    "width": width,
}
