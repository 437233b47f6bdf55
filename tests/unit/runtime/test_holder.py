"""Who holds the lock: a number, a start time and a boot, because numbers repeat."""

from ezvpn.runtime.holder import living_holder, own_record

BOOT = "0b0e1a4e-aaaa-bbbb-cccc-000000000001"


def stat(pid, name="ezvpn", started=4711):
    return f"{pid} ({name}) S " + " ".join(["0"] * 18) + f" {started} " + " ".join(["0"] * 30)


def reader(files):
    return lambda path: files.get(path, "")


def machine(own=100, boot=BOOT, **others):
    files = {"/proc/self/stat": stat(own), "/proc/sys/kernel/random/boot_id": boot + "\n"}
    for pid, text in others.items():
        files[f"/proc/{pid[1:]}/stat"] = text
    return reader(files)


def test_a_running_agent_is_found():
    record = own_record(machine(own=55))
    assert record == f"55 4711 {BOOT}\n"
    assert living_holder(record, machine(own=100, p55=stat(55))) == 55


def test_a_name_with_spaces_and_parentheses_does_not_confuse():
    record = own_record(machine(own=55))
    assert living_holder(record, machine(p55=stat(55, name="my (ez vpn) x"))) == 55


def test_a_dead_agent_does_not_hold_anything():
    record = own_record(machine(own=55))
    assert living_holder(record, machine()) == 0


def test_another_process_with_the_same_number_is_not_the_holder():
    record = own_record(machine(own=55))
    assert living_holder(record, machine(p55=stat(55, started=9999))) == 0


def test_after_a_reboot_the_same_number_and_time_mean_nothing():
    record = own_record(machine(own=55))
    assert living_holder(record, machine(boot="another", p55=stat(55))) == 0


def test_our_own_record_and_rubbish_hold_nothing():
    record = own_record(machine(own=55))
    assert living_holder(record, machine(own=55, p55=stat(55))) == 0
    for rubbish in ("", "x y z", "55", "55 4711", "\n\n\n"):
        assert living_holder(rubbish, machine(p55=stat(55))) == 0
