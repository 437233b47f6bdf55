"""Everything in one text: each section is what its command prints, and no secret is in it."""

import json

from doubles.host import SECRETS, FakeHost, tunnel_up

from ezvpn.console.exec_tech import SECTIONS
from ezvpn.console.shell import Session

NOW = 2**30 - 5000


def execute(command: str, host: "FakeHost | None" = None) -> "tuple[int, str]":
    host = host or FakeHost()
    host.statuses = [tunnel_up("cisco")]
    return Session(host, 1, privileged=True).execute(command, NOW)


def test_every_section_is_what_its_command_prints() -> None:
    code, text = execute("show tech-support")
    assert code == 0
    for command in SECTIONS:
        code, alone = execute(command)
        assert code == 0, command
        assert f"\n------------------ {command} ------------------\n\n{alone}" in text, command


def test_json_has_the_same_sections() -> None:
    code, text = execute("show tech-support json")
    answer = json.loads(text)
    assert [section["command"] for section in answer["sections"]] == list(SECTIONS)
    for section in answer["sections"]:
        assert section["answer"] == json.loads(execute(section["command"] + " | json")[1])
        assert section["problem"] == ""


def test_what_cannot_be_shown_does_not_end_it() -> None:
    host = FakeHost()
    host.problem = "No netlink here"
    code, text = execute("show tech-support", host)
    assert code == 0
    assert text.count("% No netlink here\n") == 3
    assert "show logging" in text
    answer = json.loads(execute("show tech-support json", host)[1])
    assert [section["problem"] for section in answer["sections"] if section["answer"] is None] == [
        "No netlink here"
    ] * 3


def test_no_secret_is_in_it() -> None:
    for command in ("show tech-support", "show tech-support json"):
        _, text = execute(command)
        assert not [secret for secret in SECRETS if secret in text]


def test_it_needs_enable() -> None:
    session = Session(FakeHost(), 1)
    session.feed(b"show tech-support\r", NOW)
    assert b"% Invalid input" in bytes(session.take_output())
