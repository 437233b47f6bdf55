"""Runs on the device binary: what `import` finds, and what it does not."""

import sys


def tried(name, *parts):
    try:
        module = __import__(name, None, None, parts or None, 0)
    except ImportError as error:
        return "ImportError " + str(error)
    found = [part for part in parts if hasattr(module, part)]
    return module.__name__ + " " + str(found)


print(tried("ezvpn.ike.dpd", "Dpd"))  # loaded for the first time
print(tried("ezvpn.ike.dpd", "Dpd"))  # there already: this very module
print(tried("ezvpn.ike.dpd"))  # without `from` the outermost one
print(sys.modules["ezvpn.ike.dpd"] is __import__("ezvpn.ike.dpd", None, None, ("x",), 0))
print(tried("ezvpn.console.shell", "Session"))  # of a packed group
print(tried("ezvpn.ike", "x"))  # a folder
print(tried("ezvpn.ike.gone"))
print(tried("ezvpn.ik"))  # the beginning of names
print(tried("ezvpn.ike.dpd.more"))
print(tried("a_name_before_all"))
print(tried("zz"))
print(tried("zz", "x"))
try:
    from ezvpn.ike.dpd import gone  # noqa: F401
except ImportError as error:
    print(error)
