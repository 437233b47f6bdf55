"""How much of a processor was used in the last seconds, out of samples."""

from ezvpn.machine import CpuSample, Usage

NOW = 2**30 - 5000


def usage(*samples: tuple[int, int, int]) -> Usage:
    found = Usage()
    found.samples = [CpuSample(NOW + at, user, system) for at, user, system in samples]
    return found


def test_each_span_looks_back_to_the_sample_before_it() -> None:
    found = usage((-400_000, 0, 0), (-60_000, 3400, 0), (-5000, 5000, 500), (0, 7000, 1000))
    assert found.busy(5000) == (50, 10)
    assert found.busy(60_000) == (8, 2)
    assert found.busy(300_000) == (2, 0)


def test_what_was_not_seen_counts_from_the_first_sample() -> None:
    assert usage((-1000, 100, 0), (0, 600, 0)).busy(300_000) == (50, 0)


def test_one_sample_says_nothing() -> None:
    assert usage((0, 600, 0)).busy(5000) == (0, 0)
    assert usage().busy(5000) == (0, 0)
    assert usage((0, 600, 0), (0, 700, 0)).busy(5000) == (0, 0)
