"""The texts of the reports, word for word."""

import json

from doubles.tunnels import active, idle

from ezvpn.log import Ring
from ezvpn.report.snapshot import Change, Facts, event, info, metrics, significant, snapshot

NOW = 1000000
WALL = 1790000000000

ACTIVE = (
    '{"schema_version":1,"boot_id":"b0075eed","seq":7,"ts":1790000000000,"up_ms":1000000,'
    '"state":"IPSEC_ACTIVE","since":940000,"last_event":"SOCKET_UP","cause":"","reason":"",'
    '"peer":"vpn.example.net","peer_address":"192.0.2.1","peer_index":0,"attempts":1,"next_try":null,'
    '"assigned":{"address":"10.10.0.5","netmask":"255.255.255.255","dns":["10.1.0.2","10.1.0.3"],'
    '"domain":"corp.example","split":['
    '{"network":"10.1.0.0/16","protocol":0,"source_port":0,"destination_port":0},'
    '{"network":"10.2.0.0/255.0.255.0","protocol":6,"source_port":0,"destination_port":80}],'
    '"save_password":false},'
    '"p1":{"state":"QM_IDLE","local":"198.51.100.7","local_port":4500,"peer":"192.0.2.1","peer_port":4500,'
    '"peer_id":"gw.example.net","cipher":"aes","key_bits":256,"hash":"sha256","group":14,"auth":"psk",'
    '"remaining_s":86340},'
    '"p2":[{"spi_in":"0x0BADCAFE","spi_out":"0xC0FFEE01","cipher":"aes-cbc","key_bits":256,"auth":"sha1",'
    '"local":"10.10.0.5/32","remote":"10.1.0.0/16","encap":true,"pfs_group":14,"mtu":1400,'
    '"remaining_s":3540,"remaining_kb":4607000}],'
    '"dpd":{"mode":"periodic","interval":10,"retry":2,"sent":6,"missed":0,"rtt_ms":12},'
    '"nat_t":true,"uptime":60}'
)

IDLE = (
    '{"schema_version":1,"boot_id":"b0075eed","seq":0,"ts":null,"up_ms":1000000,'
    '"state":"IDLE","since":0,"last_event":"","cause":"","reason":"",'
    '"peer":"vpn.example.net","peer_address":null,"peer_index":0,"attempts":0,"next_try":null,'
    '"assigned":null,"p1":null,"p2":[],'
    '"dpd":{"mode":"","interval":0,"retry":0,"sent":0,"missed":0,"rtt_ms":null},"nat_t":false,"uptime":null}'
)


def test_a_tunnel_that_is_up():
    assert snapshot(active(), "b0075eed", 7, NOW, WALL) == ACTIVE
    json.loads(ACTIVE)


def test_a_tunnel_that_never_was():
    assert snapshot(idle(), "b0075eed", 0, NOW, None) == IDLE


def test_every_field_of_the_contract_is_there():
    contract = (
        "schema_version boot_id seq ts up_ms state since last_event reason peer peer_index attempts next_try "
        "assigned p1 p2 dpd nat_t uptime"
    )
    said = json.loads(ACTIVE)
    assert [word for word in contract.split() if word not in said] == []
    assert sorted(said["assigned"]) == ["address", "dns", "domain", "netmask", "save_password", "split"]
    assert sorted(said["dpd"]) == ["interval", "missed", "mode", "retry", "rtt_ms", "sent"]


def test_time_that_runs_and_traffic_that_flows_are_no_news():
    before, after = active(), active()
    after.phase1.remaining_s -= 60
    after.children[0].remaining_s -= 60
    after.children[0].remaining_kb -= 1
    after.children[0].packets_in += 5
    after.dpd_sent += 6
    after.dpd_rtt_ms = 15
    assert significant(before) == significant(after)
    after.dpd_missed = 1
    assert significant(before) != significant(after)


def test_what_a_gateway_says_reaches_no_terminal_with_its_control_bytes():
    status = active()
    status.config.domain = "evil\x1b]0;title\x07\r\n\x9b"
    status.reason = "gateway says: \x00\x08no"
    text = snapshot(status, "b", 1, NOW, None)
    assert not [char for char in text if ord(char) < 32 or 0x7F <= ord(char) <= 0x9F]
    assert json.loads(text)["reason"] == "gateway says:   no"
    assert "Welcome" not in text  # the banner is not published at all


def test_an_event_carries_its_own_time_and_the_line_of_the_log():
    record = Ring().add(NOW, "EZVPN_FAILED", "branch", "the gateway does not answer")
    change = Change(record, "CONNECT_REQUIRED", "IDLE", "no-answer", "the gateway does not answer")
    assert event(change, "b0075eed", 3, None) == (
        '{"schema_version":1,"boot_id":"b0075eed","seq":3,"ts":null,"up_ms":1000000,"mnemonic":"EZVPN_FAILED",'
        '"severity":3,"text":"%CRYPTO-3-EZVPN_FAILED: EZVPN(branch): the gateway does not answer",'
        '"from":"CONNECT_REQUIRED","to":"IDLE","cause":"no-answer","reason":"the gateway does not answer"}'
    )


def test_info_says_what_the_device_is():
    facts = Facts("unix", "0.1.0", "SN1", "cpython 3.11", "9f3c")
    assert info(facts, "b0075eed") == (
        '{"schema_version":1,"model":"unix","version":"0.1.0","serial":"SN1","interpreter":"cpython 3.11",'
        '"boot_id":"b0075eed","config_hash":"9f3c"}'
    )


def test_metrics_sum_the_counters_of_the_pairs_that_stand():
    status = active()
    status.children = status.children + status.children
    said = json.loads(metrics(status, "b", NOW, WALL, [("queued", 2), ("dropped_events", 1)]))
    assert (said["packets_in"], said["bytes_in"], said["packets_out"], said["bytes_out"]) == (20, 1680, 22, 1848)
    assert said["p1_remaining_s"] == 86340
    assert said["p2"][0] == {"spi_in": "0x0BADCAFE", "remaining_s": 3540, "remaining_kb": 4607000}
    assert (said["uptime"], said["dpd_rtt_ms"]) == (60, 12)
    assert said["outbox"] == {"queued": 2, "dropped_events": 1}
