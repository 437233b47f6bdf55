"""Line by line as on a console: modes, prompts, falling out of blocks, and faults that change nothing."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ezvpn.config.editor import MAX_LINE, Editor
from ezvpn.config.model import Config, clone, same


def test_a_session() -> None:
    editor = Editor(Config())
    assert editor.prompt() == "(config)#"
    assert editor.line("crypto ipsec client ezvpn hq").status == "ok"
    assert editor.prompt() == "(config-crypto-ezvpn)#"
    assert editor.line("peer 10.1.1.1").status == "ok"
    # A line of the parent leaves the block, as in IOS.
    assert editor.line("hostname edge").status == "ok"
    assert (editor.prompt(), editor.block) == ("(config)#", None)
    editor.line("interface eth0")
    assert editor.prompt() == "(config-if)#"
    assert editor.line("interface eth1").status == "ok"
    assert editor.config.interfaces[1] is editor.block
    editor.line("exit")
    assert editor.prompt() == "(config)#"
    editor.line("exit")
    assert editor.mode == ""
    editor.line("interface eth0")
    editor.line("end")
    assert editor.mode == ""


def test_faults_change_neither_mode_nor_configuration() -> None:
    editor = Editor(Config())
    editor.line("crypto ipsec client ezvpn hq")
    before = clone(editor.config)
    for line in (
        "nonsense",
        "peer",
        "hostname 12",
        "crypto isakmp policy 0",
        "no peer x.example",
        "speed auto now x",
        "mode x",
    ):
        assert editor.line(line).status not in ("ok", "empty"), line
        assert same(editor.config, before)
        assert editor.prompt() == "(config-crypto-ezvpn)#"


def test_the_same_words_mean_the_block_unless_the_outer_mode_comes_first() -> None:
    editor = Editor(Config())
    editor.line("interface eth0")
    editor.line("crypto ipsec client ezvpn hq")
    assert editor.config.interfaces[0].ezvpn == [("hq", "outside")]
    editor.line("crypto ipsec client ezvpn hq", outer_first=True)
    assert [profile.name for profile in editor.config.profiles] == ["hq"]


def test_blocks_without_meaning_are_kept_with_their_lines() -> None:
    editor = Editor(Config())
    for line in ("line vty 0 4", "password 0 letmein", "login", "ip access-list standard s", "permit any"):
        assert editor.line(line).status == "ok", line
    assert editor.prompt() == "(config-std-nacl)#"
    standard, vty = editor.config.kept  # in the order in which they are printed
    assert [line.text for line in vty.lines] == ["password", "login"]
    assert vty.lines[0].secret is not None and vty.lines[0].secret.reveal() == b"letmein"
    assert [line.text for line in standard.lines] == ["permit any"]
    editor.line("ip access-list extended acl")
    assert editor.prompt() == "(config-ext-nacl)#"
    assert "letmein" not in repr(editor.config)


def test_comments_and_blank_lines_are_nothing() -> None:
    editor = Editor(Config())
    for line in ("", "   ", "!", "  ! text", "!interface eth0"):
        assert editor.line(line).status == "empty"


def test_unreadable_lines() -> None:
    editor = Editor(Config())
    assert "1024 characters" in editor.line("hostname " + "x" * MAX_LINE).reason()
    fault = editor.line("hostname a\x07b")
    assert (fault.reason(), fault.column) == ("a control character", 10)


def test_kept_lines_are_bounded() -> None:
    editor = Editor(Config())
    statuses = [editor.line("ip route 10." + str(i // 250) + "." + str(i % 250) + ".0").status for i in range(1001)]
    assert statuses == ["ok"] * 1000 + ["rejected"]


LINES = st.sampled_from(
    [
        "crypto ipsec client ezvpn hq",
        "no crypto ipsec client ezvpn hq",
        "interface eth0",
        "no interface eth0",
        "crypto ipsec client ezvpn hq inside",
        "peer 10.1.1.1",
        "no peer 10.1.1.1",
        "group g key 0 k",
        "crypto isakmp policy 10",
        "no crypto isakmp policy 10",
        "group 14",
        "mqtt",
        "no mqtt",
        "broker mqtt://b",
        "username u password p",
        "line console 0",
        "no line console 0",
        "password x",
        "speed auto",
        "no speed auto",
        "exit",
        "end",
        "crypto map m 1 ipsec-isakmp",
        "no crypto map m 1",
        "set peer 10.0.0.1",
        "hash md5",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(LINES | st.text(max_size=30), max_size=25))
def test_any_sequence_of_lines_is_survived(lines: "list[str]") -> None:
    editor = Editor(Config())
    for line in lines:
        before = clone(editor.config)
        match = editor.line(line)
        if match.status != "ok":
            assert same(editor.config, before)
        editor.prompt()
