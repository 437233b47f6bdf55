"""The `archive` block, line by line and back."""

from ezvpn.config.render import render
from ezvpn.config.text import parse
from unit.config.lines import edited, last

LINES = ("archive", "log config", "path flash:$h", "maximum 3", "write-memory")


def test_each_line_sets_its_field_and_is_printed_again():
    archive = edited(*LINES).archive
    assert archive is not None
    assert (archive.path, archive.maximum, archive.write_memory) == ("flash:$h", 3, True)
    lines = render(edited(*LINES))
    at = lines.index("archive")
    assert lines[at + 1 : at + 5] == [" log config", " path flash:$h", " maximum 3", " write-memory"]
    assert parse("\n".join(lines)).config == edited(*LINES)


def test_no_takes_them_back():
    archive = edited(*LINES, "no path", "no maximum", "no write-memory", "no log config").archive
    assert archive is not None
    assert (archive.path, archive.maximum, archive.write_memory, archive.kept) == ("", 10, False, [])
    assert edited(*LINES, "no archive").archive is None


def test_another_place_is_kept_with_a_warning():
    assert "only flash:NAME" in last("archive", "path tftp://10.0.0.1/x").warnings[0]
    assert "time-period is not supported" in last("archive", "time-period 60").warnings[0]
