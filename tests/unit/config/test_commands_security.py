"""`password encryption aes`, and a line that is none of the configuration."""

from ezvpn.config.render import render
from ezvpn.config.text import parse
from unit.config.lines import edited


def test_encryption_is_switched_on_and_off():
    assert edited("password encryption aes").password_encryption
    assert not edited("password encryption aes", "no password encryption aes").password_encryption
    assert "password encryption aes" in render(edited("password encryption aes"))
    assert parse("password encryption aes\n").config == edited("password encryption aes")


def test_the_key_is_no_part_of_a_configuration():
    assert edited("key config-key password-encrypt open-sesame") == edited()
    result = parse("key config-key password-encrypt open-sesame\n")
    assert [problem.message for problem in result.warnings] == ["has no effect in a file: type it at the console"]
