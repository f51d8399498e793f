"""What the jobs of wf.py do. `marks` is a folder that counts how often a job ran."""

import os
import time


def split_lines(source, parts):
    with open(source) as file:
        for number, line in enumerate(file):
            with open(parts[number], "w") as part:
                part.write("\n".join(line.split()) + "\n")


def scale(source, factor, target, sample, marks):
    tries = mark(marks, "scale-{}".format(sample))
    # Not an error of its own: a flaky disk, say. The second try goes well.
    if sample == 1 and tries == 1:
        raise IOError("the first try of sample 1 fails")
    wait_for(marks, "scale-{}".format(sample))
    with open(source) as file, open(target, "w") as out:
        for line in file:
            out.write("{}\n".format(int(line) * factor))


def square(source, target):
    with open(source) as file, open(target, "w") as out:
        out.write("{}\n".format(int(file.read()) ** 2))


def add(sources, target):
    total = 0
    for path in sources.values():
        with open(path) as file:
            total += int(file.read())
    with open(target, "w") as out:
        out.write("{}\n".format(total))


def count_lines(sources):
    return len(sources)


def merge(sources, lines, target):
    with open(target, "w") as out:
        out.write("{} samples\n".format(lines))
        for sample in sorted(sources):
            with open(sources[sample]) as file:
                out.write("{}: {}".format(sample, file.read()))


def mark(marks, name):
    """How often this has been called, this time included."""
    if not marks:
        return 2
    path = os.path.join(marks, name)
    with open(path, "a") as file:
        file.write("x")
    return os.path.getsize(path)


def wait_for(marks, name):
    """A job that takes as long as its `hold-` file is there."""
    while marks and os.path.exists(os.path.join(marks, "hold-" + name)):
        time.sleep(0.05)
