# Known answers: reads cases as JSON lines (function, hex arguments, n), prints the results.
import binascii
import json
import sys

import plumbcore


def tohex(data):
    return binascii.hexlify(data).decode()


def run(case):
    arguments = [binascii.unhexlify(argument) for argument in case["args"]]
    name = case["name"]
    if name.startswith("mac_"):
        mac = plumbcore.Mac(arguments[0])
        if name == "mac_into":
            out = bytearray(16)
            mac.into(out, *arguments[1:])
            # The object is not used up.
            mac.into(out, *arguments[1:])
            return out
        return getattr(mac, name[4:])(*arguments[1:])
    if "n" in case:
        arguments.append(case["n"])
    return getattr(plumbcore, name)(*arguments)


def show(result):
    if isinstance(result, bool):
        return str(result)
    if isinstance(result, tuple):
        return " ".join(tohex(part) for part in result)
    return tohex(result)


with open(sys.argv[1]) as file:
    for line in file:
        try:
            print(show(run(json.loads(line))))
        except ValueError as error:
            print("ValueError", error)
