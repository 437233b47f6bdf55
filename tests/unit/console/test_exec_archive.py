"""`archive config` and its `show`. What is printed is in tests/transcript/archive.txt."""

from doubles.host import CONFIG, SECRETS, FakeHost

from ezvpn.config.text import parse
from ezvpn.console.exec_archive import effects
from ezvpn.console.shell import Session


def execute(host: FakeHost, command: str) -> "tuple[int, str]":
    return Session(host, 0, privileged=True).execute(command, 5000)


def test_a_changed_secret_is_a_changed_line_without_the_secret():
    host = FakeHost(CONFIG + "archive\n path flash:old\n")
    assert execute(host, "archive config")[0] == 0
    host.config = parse(CONFIG.replace("sesame-key", "typed-in-secret") + "archive\n path flash:old\n").config
    code, text = execute(host, "show archive differences")
    assert code == 0
    assert "- group branch key <removed>\n+ group branch key <removed>" in text
    assert not [secret for secret in SECRETS if secret in text]


def test_effects_are_said_once():
    old, new = parse(CONFIG).config, parse("hostname Router\n").config
    assert effects(old, new) == ["ezvpn cisco: profile: the tunnel is deleted", "interfaces: no tunnel is touched"]
    assert effects(old, old) == []


def test_names_of_files_that_are_not_there():
    host = FakeHost()
    assert execute(host, "show archive differences nosuch")[1] == "% there is no file flash:nosuch\n"
    assert execute(host, "show archive differences")[1] == "% startup-config is not present\n"
