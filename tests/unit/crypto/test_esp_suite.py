"""Trailers and the numbers of the ESP algorithms."""

from ezvpn.crypto import esp_suite


def test_trailer_fills_the_block():
    for block in (4, 8, 16):
        for length in range(200):
            tail = esp_suite.trailer(length, block)
            assert (length + len(tail)) % block == 0
            assert 2 <= len(tail) < block + 2
            assert tail == bytes(range(1, len(tail) - 1)) + bytes((len(tail) - 2, 4))


def test_payload_length_reads_the_trailer_back():
    for length in range(40):
        plain = bytes(length) + esp_suite.trailer(length, 16)
        assert esp_suite.payload_length(plain, len(plain)) == length
        assert esp_suite.payload_length(memoryview(plain + b"more room"), len(plain)) == length


def test_payload_length_refuses_bad_padding():
    assert esp_suite.payload_length(b"\x01\x02\x02\x04", 4) == 0
    assert esp_suite.payload_length(b"\x01\x03\x02\x04", 4) == -1
    assert esp_suite.payload_length(b"\x01\x02\x03\x04", 4) == -1
    assert esp_suite.payload_length(b"\x01\x02\xff\x04", 4) == -1
    longest = bytes(range(1, 256)) + b"\xff\x04"
    assert esp_suite.payload_length(longest, len(longest)) == 0


# SOURCE: RFC 2403 and 2404 (96 bits), RFC 4868 2.6 (half of the hash), RFC 4106 6 (16 bytes) and 8.1 (salt)
def test_numbers():
    assert esp_suite.ICV_BYTES == {"md5": 12, "sha1": 12, "sha256": 16, "sha384": 24, "sha512": 32}
    assert esp_suite.AUTH_KEY_BYTES == {"": 0, "md5": 16, "sha1": 20, "sha256": 32, "sha384": 48, "sha512": 64}
    assert (esp_suite.GCM_ICV_BYTES, esp_suite.GCM_SALT_BYTES) == (16, 4)
