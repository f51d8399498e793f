"""One request, one answer, each a line of JSON: docs/pypeliner.md has the protocol."""

import json
import os
import select
import socket
import subprocess
import tempfile
import time

from . import settings

PROTOCOL = 1


class HelperDied(Exception):
    """The other side has closed: nothing can be asked any more."""


class Refused(Exception):
    """The other side says no. `code` is one of the protocol's words: not-found, denied, bad-request, unavailable, ..."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


class Connection:
    """Lines over two file descriptors. Reads by itself rather than through a buffered file, which loses half a line when
    Ctrl-C comes in the middle of it; an answer to a call that was interrupted is passed over."""

    def __init__(self, read_fd, write_fd):
        self._read_fd = read_fd
        self._write_fd = write_fd
        self._rest = bytearray()
        self._next = 0
        self.dead = False

    def call(self, op, **values):
        """Sends a request and answers its result, a dict. Raises HelperDied or Refused."""
        self._next += 1
        own = self._next
        values.update(id=own, op=op)
        self._send(json.dumps(values).encode("utf-8") + b"\n")
        while True:
            answer = json.loads(self._line().decode("utf-8"))
            if answer.get("id") != own:
                continue
            error = answer.get("error")
            if error is None:
                return answer.get("ok") or {}
            text = error.get("message", "no reason given")
            raise Refused(error.get("code", "internal"), text + ("\n  " + error["fix"] if error.get("fix") else ""))

    def _send(self, line):
        if self.dead:
            raise HelperDied(self.why())
        try:
            while line:
                line = line[os.write(self._write_fd, line) :]
        except OSError:
            self._died()

    def _line(self):
        while True:
            end = self._rest.find(b"\n")
            if end >= 0:
                line = bytes(self._rest[:end])
                del self._rest[: end + 1]
                return line
            try:
                piece = os.read(self._read_fd, 65536)
            except OSError:
                piece = b""
            if not piece:
                self._died()
            self._rest += piece

    def _died(self):
        self.dead = True
        raise HelperDied(self.why())

    def why(self):
        return "the storage of this run has gone"

    def close(self):
        for fd in {self._read_fd, self._write_fd}:
            try:
                os.close(fd)
            except OSError:
                pass


class SocketConnection(Connection):
    """What a job, or a local one beside the head, speaks to."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._socket.connect(path)
        except OSError as error:
            raise HelperDied("nothing answers at {}: {}".format(path, error))
        super().__init__(self._socket.fileno(), self._socket.fileno())

    def close(self):
        self._socket.close()


class Helper(Connection):
    """`lab queue serve` as a child of the head. pypeliner waits for any child while a local job runs, and so takes our
    exit status away: the end of its output is what tells that it has died."""

    def __init__(self):
        command, folder = settings.helper_command()
        self._errors = tempfile.TemporaryFile()
        try:
            # A session of its own: Ctrl-C is the head's to hear, which then closes in order.
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
                start_new_session=True,
            )
        except OSError as error:
            raise HelperDied("{} cannot be started: {}".format(command[0], error))
        super().__init__(self._process.stdout.fileno(), self._process.stdin.fileno())

    @property
    def pid(self):
        return self._process.pid

    def why(self):
        try:
            self._errors.seek(0, os.SEEK_END)
            size = self._errors.tell()
            self._errors.seek(max(0, size - 4000))
            told = self._errors.read().decode("utf-8", "replace").strip()
        except (OSError, ValueError):
            told = ""
        return "lab queue serve has ended" + (":\n" + told if told else "")

    def close(self, seconds=30.0):
        """Closes its input and waits for its end, which terminates nothing: what is to end was told before."""
        self._process.stdin.close()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            ready, _, _ = select.select([self._read_fd], [], [], 0.2)
            try:
                if ready and not os.read(self._read_fd, 65536):
                    break
            except OSError:
                break
        self._process.stdout.close()
        self._process.poll()
        self._errors.close()
        self.dead = True
