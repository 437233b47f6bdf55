"""What wrong passwords cost."""

from ezvpn.console.guard import Guard


def test_three_are_free_then_each_costs_twice_the_time_up_to_a_minute() -> None:
    guard = Guard()
    assert [guard.failed(1000) for _ in range(11)] == [0, 0, 0, 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000]


def test_a_right_one_and_time_make_it_forget() -> None:
    guard = Guard()
    costs = [guard.failed(1000) for _ in range(5)]
    guard.passed()
    assert (costs[-1], guard.failed(1000)) == (2000, 0)
    for _ in range(4):
        guard.failed(1000)
    assert guard.failed(900_000) > 0
    assert guard.failed(1_900_000) == 0
