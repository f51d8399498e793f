"""The head's one session: the connection that its queue and its storage share, and what it knows of files."""

import json
import os

from . import settings
from .connection import PROTOCOL, Helper, SocketConnection

#: Sessions of this process by run id. A store that comes back in a job's pickle finds its head's here.
_sessions = {}
_current = None


class Session:
    """A run's, from the first `with` to the last. `files` has what is known of each: (exists, created or None)."""

    def __init__(self, run_file):
        self.run_file = run_file
        self.files = {}
        self.helper = None
        self.run = None
        self.waiting = []
        self._users = 0

    def enter(self):
        self._users += 1
        if self.helper is not None:
            return
        helper = Helper()
        answer = helper.call("hello", protocol=PROTOCOL, client="pypeliner", run=self._read_run())
        self.helper = helper
        self.run = answer["run"]
        _sessions[self.run] = self
        self._write_run()
        # Local jobs are processes of their own, and speak to the same helper.
        os.environ[settings.SOCKET] = answer["socket"]

    def leave(self, finished):
        self._users -= 1
        if self._users > 0 or self.helper is None:
            return
        try:
            if not self.helper.dead:
                self.helper.call("close", finished=finished)
        finally:
            self.helper.close()
            self.helper = None
            _sessions.pop(self.run, None)
            os.environ.pop(settings.SOCKET, None)

    def _read_run(self):
        """A pipeline folder has one run for good: the next head finds there what the last one had under way."""
        try:
            with open(self.run_file) as file:
                return json.load(file)["run"]
        except (OSError, ValueError, KeyError):
            return None

    def _write_run(self):
        os.makedirs(os.path.dirname(os.path.abspath(self.run_file)), exist_ok=True)
        with open(self.run_file + ".new", "w") as file:
            json.dump({"run": self.run}, file)
        os.replace(self.run_file + ".new", self.run_file)


def head_session(run_file=None):
    """The session of this head. pypeliner makes the queue first and tells it of no folder; the storage, made next, knows
    where the pipeline's files are."""
    global _current
    if _current is None or _current.run is not None and _current.helper is None:
        _current = Session(run_file or os.path.join(".", ".arraylab-run.json"))
    elif run_file is not None and _current.helper is None:
        _current.run_file = run_file
    return _current


def session_of(run):
    """The head's session of a run, or None in a job."""
    return _sessions.get(run)


_job_connection = None


def job_connection():
    """The connection of a job, made when it is first needed."""
    global _job_connection
    if _job_connection is None or _job_connection.dead:
        path = os.environ.get(settings.SOCKET)
        if not path:
            raise RuntimeError("this process has no {}: it is no job of this run".format(settings.SOCKET))
        _job_connection = SocketConnection(path)
        _job_connection.call("hello", protocol=PROTOCOL, client="pypeliner-job")
    return _job_connection
