import os
import subprocess
import sys
import time

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
PACKAGE = os.path.dirname(HERE)


class Lab:
    """A workflow's folder and a fake lab beside it; `run` is what a person types."""

    def __init__(self, folder):
        self.folder = str(folder)
        self.lab = os.path.join(self.folder, "lab")
        self.marks = os.path.join(self.folder, "marks")
        for each in (self.lab, self.marks):
            os.makedirs(each)
        self.write("in.txt", "1 2 3\n4 5 6\n7 8 9\n")

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)

    def start(self, *options, submit="arraylab_pypeliner.Queue", storage="arraylab_pypeliner.Storage", **environment):
        command = [sys.executable, os.path.join(HERE, "wf.py"), "in.txt", "out.txt", "--tmpdir", "t", "--maxjobs", "4"]
        command += ["--submit", submit, "--storage", storage, "--marks", self.marks, *options]
        settings = {
            "PATH": os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"],
            # The package stands beside the tests; a job finds the tests' modules by the zip alone.
            "PYTHONPATH": PACKAGE,
            "FAKE_LAB": self.lab,
            "ARRAYLAB_QUEUE_COMMAND": "{} {}".format(sys.executable, os.path.join(HERE, "fake_server.py")),
            "HOME": self.folder,
            **environment,
        }
        return subprocess.Popen(
            command, cwd=self.folder, env=settings, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def run(self, *options, **environment):
        process = self.start(*options, **environment)
        told, _ = process.communicate(timeout=120)
        return process.returncode, told

    def output(self):
        """What the workflow made, wherever its storage is."""
        import hashlib

        stored = os.path.join(self.lab, "files", hashlib.sha256(b"out.txt").hexdigest())
        with open(stored) as file:
            return file.read()

    def calls(self, op):
        with open(os.path.join(self.lab, "calls")) as file:
            return file.read().split().count(op)

    def tries(self, name):
        try:
            return os.path.getsize(os.path.join(self.marks, name))
        except OSError:
            return 0

    def until(self, condition, seconds=60):
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "it did not come to that"
            time.sleep(0.02)


@pytest.fixture
def lab(tmp_path):
    return Lab(tmp_path)
