"""Every console transcript, played on this interpreter: what differs from the file, and how much was played."""

import os

from doubles.transcript import play, steps

FOLDER = __file__.rsplit("/", 3)[0] + "/transcript/"

for name in sorted(os.listdir(FOLDER)):
    if not name.endswith(".txt"):
        continue
    with open(FOLDER + name) as file:
        text = file.read()
    print(name, len(steps(text)))
    for number, instruction, expected, got in play(text):
        print(name, number, instruction)
        print("  expected", list(expected))
        print("  got     ", list(got))
