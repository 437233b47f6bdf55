"""Users, banners and the console line: what they set, what `no` undoes, what they refuse, and how they are printed."""

import pytest

from ezvpn.config.access import Banner, Line
from ezvpn.config.secrets import Hashed
from ezvpn.config.text import parse, to_text
from unit.config.lines import edited, last, rejected


def good(text: str) -> str:
    result = parse(text)
    assert result.errors == [], result.errors
    return to_text(result.config)


def test_users() -> None:
    config = edited(
        "username a secret x", "username b privilege 15 password 7 070C285F4D06", "username a privilege 0 secret y"
    )
    assert [(user.name, user.privilege, user.strong) for user in config.users] == [("a", 0, True), ("b", 15, False)]
    assert config.users[1].secret.reveal() == b"cisco"
    assert edited("username a secret x", "no username a").users == []
    assert "no user b" in rejected("no username b")
    assert "more than 32" in rejected(*[f"username u{number} password x" for number in range(33)])
    assert last("username a privilege 16 secret x").status == "invalid"


def test_a_hash_of_a_user_is_kept_as_it_is() -> None:
    line = "username a privilege 15 secret 9 $9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6"
    config = edited(line)
    assert isinstance(config.users[0].secret, Hashed)
    assert line in to_text(config)
    assert "no hash of type 8" in rejected("username a secret 8 $8$x$y")


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["banner motd #one line#"], "one line"),
        (["banner motd #", "first", " second", "", "# rest is left out"], "first\n second\n"),
        (["banner motd ^C", "no banner motd", "!", "end^C"], "no banner motd\n!\nend"),
        (["banner motd #x", "y#"], "x\ny"),
        (["banner motd ##"], ""),
    ],
)
def test_banners(lines: "list[str]", text: str) -> None:
    config = edited(*lines)
    assert config.banner.motd == text
    assert parse(to_text(config)).config.banner.motd == text


def test_a_banner_is_taken_back_and_bounded() -> None:
    assert edited("banner exec #x#", "no banner exec").banner == Banner()
    assert "at most 2000" in rejected("banner login #", "x" * 1000, "y" * 1000)
    assert "cannot have the text" in rejected("banner login #", "a^Cb")
    assert "control character" in rejected("banner login #", "a\x07b")


def test_a_banner_without_an_end_is_an_error_of_the_file() -> None:
    result = parse("banner motd #\nhello\nhostname x\n")
    assert [(problem.line, problem.message) for problem in result.errors] == [
        (4, "the banner has no end: # is missing")
    ]


def test_the_console_line() -> None:
    line = edited(
        *(
            "line con 0",
            "exec-timeout 5 30",
            "history size 50",
            "length 0",
            "width 132",
            "speed 115200",
            "logging synchronous",
        ),
        *("login local", "password 0 pass word", "stopbits 1"),
    ).line
    assert (line.exec_timeout_s, line.history, line.length, line.width, line.speed) == (330, 50, 0, 132, 115200)
    assert last("line con 0", "speed 12345").status == "invalid"
    assert (line.synchronous, line.login, line.kept[0].text) == (True, "local", "stopbits 1")
    assert line.password is not None and line.password.reveal() == b"pass word"


def test_what_no_and_default_undo() -> None:
    opened = ("line console 0", "exec-timeout 5 30", "history size 50", "length 0", "login", "password x", "speed 9600")
    undone = edited(
        *opened, *("default exec-timeout", "no history size", "no length", "no login", "no password", "no speed")
    ).line
    fresh = Line()
    fresh.written = True
    assert undone == fresh
    assert edited(*opened, "no exec-timeout").line.exec_timeout_s == 0
    assert edited(*opened, "exit", "no line con 0").line == Line()


def test_it_is_printed_as_it_was_pasted() -> None:
    text = """no service password-recovery
!
hostname edge
!
username admin privilege 15 secret 8 $8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk
!
logging buffered 51200 warnings
!
banner motd ^C
 Authorised access only!
! not a comment
^C
!
line con 0
 exec-timeout 0 0
 password 0 7 dwarfs
 logging synchronous
 login
 length 0
 stopbits 1
line vty 0 4
 login local
!
end
"""
    assert good(text) == text
