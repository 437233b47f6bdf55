"""Runs on the device binary: calls its crypto backend for a test on the other side of stdin and stdout.

One JSON line a call: [object, method, arguments]; bytes travel as {"hex": …}, an object made here as {"object": number}.
The answer: {"result": …} or {"error": [class, text]}. Object 0 is the backend.
"""

import json
import sys

from ezvpn.crypto.choose import best

objects = [best()]


def unpacked(value):
    if isinstance(value, dict):
        return memoryview(bytearray.fromhex(value["hex"])) if value.get("view") else bytearray.fromhex(value["hex"])
    return value


def packed(value):
    if isinstance(value, (bytes, bytearray)):
        return {"hex": value.hex(), "writable": isinstance(value, bytearray)}
    if isinstance(value, (list, tuple)):
        return [packed(each) for each in value]
    if value is None or isinstance(value, (bool, int, str)):
        return value
    objects.append(value)
    lengths = [value.icv_bytes, value.iv_bytes, value.block_bytes] if hasattr(value, "icv_bytes") else []
    return {"object": len(objects) - 1, "lengths": lengths}


def call(number, method, arguments):
    found = getattr(objects[number], method)
    values = [unpacked(each) for each in arguments]
    result = packed(found(*values) if callable(found) else found)
    # What a method wrote into a buffer goes back too.
    return {
        "result": result,
        "written": [bytes(each).hex() if isinstance(each, memoryview) else None for each in values],
    }


while True:
    line = sys.stdin.readline()
    if not line:
        break
    try:
        answer = call(*json.loads(line))
    except Exception as error:
        answer = {"error": [type(error).__name__, str(error)]}
    print(json.dumps(answer))
