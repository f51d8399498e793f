"""Files of a workflow in S3, by the storage contract of pypeliner."""

import logging
import os

from pypeliner.storage import InputMissingException, OutputMissingException

from .connection import Refused
from .session import head_session, job_connection, session_of

#: Where files outside the working folder stand, in a job as well as at the head.
OUTSIDE = "arraylab-files"

_log = logging.getLogger("pypeliner.arraylab")


class Storage:
    """Pickled with every job, so it holds no connection: the run's id, and which folder names are relative to."""

    def __init__(self, metadata_prefix=None, **_):
        folder = os.path.dirname(metadata_prefix or "") or "."
        self._root = os.getcwd()
        self._session = head_session(os.path.join(folder, "arraylab-run.json"))
        self.run = None

    def __enter__(self):
        self._session.enter()
        self.run = self._session.run
        return self

    def __exit__(self, exc_type, exc_value, traceback):
        self._session.leave(finished=exc_type is None)

    def __getstate__(self):
        return {"run": self.run, "root": self._root}

    def __setstate__(self, state):
        self.run = state["run"]
        self._root = state["root"]
        self._session = session_of(self.run)

    @property
    def files(self):
        """What the head knows of files; None in a job, which asks each time."""
        return None if self._session is None else self._session.files

    def call(self, op, **values):
        if self._session is not None and self._session.helper is not None:
            return self._session.helper.call(op, **values)
        return job_connection().call(op, **values)

    def create_store(self, filename, is_temp=False, direct_write=True, store_dir=None, extension=None, **_):
        # Without any word about it, it is job.out or job.err, which pypeliner opens by the name that it gave.
        is_log = not is_temp and store_dir is None and extension is None
        return Store(self, filename, is_temp, bool(direct_write), extension or "", is_log)

    def path_of(self, filename):
        """A file's path below the storage, and its place here relative to the working folder: the same in a job, which
        runs in a folder of its own on its host's scratch disk."""
        if filename.startswith("s3://"):
            return filename, os.path.join(OUTSIDE, "s3", filename[len("s3://") :])
        inside = os.path.relpath(os.path.join(self._root, filename), self._root)
        if inside.split(os.sep)[0] != os.pardir:
            return inside, inside
        outside = os.path.join(OUTSIDE, os.path.abspath(os.path.join(self._root, filename)).lstrip(os.sep))
        return outside, outside


class Store:
    """One file. `filename` is what a job's function reads, `write_filename` what it writes."""

    def __init__(self, storage, filename, is_temp, direct_write, extension, is_log):
        self._storage = storage
        self._is_temp = is_temp
        self._given = filename + extension
        self.path, local = storage.path_of(filename)
        self.path += extension
        if is_log:
            local = filename
        self.filename = local + extension
        self.write_filename = local + ("" if direct_write else ".tmp") + extension
        self._is_log = is_log
        self._told = None

    def __getstate__(self):
        return self.__dict__

    def __setstate__(self, state):
        self.__dict__.update(state)
        files = self._storage.files
        # What a job has pushed comes back with it: the head need not ask S3.
        if files is not None and self._told is not None:
            files[self.path] = self._told
            self._told = None

    def allocate(self):
        os.makedirs(os.path.dirname(os.path.abspath(self.filename)), exist_ok=True)

    def push(self):
        try:
            os.rename(self.write_filename, self.filename)
        except OSError:
            raise OutputMissingException(self.write_filename)
        answer = self._storage.call("push", path=self.path, file=os.path.abspath(self.filename))
        self._know(True, answer["created"])

    def pull(self):
        file = os.path.abspath(self.filename)
        if self._is_own_file():
            # A local job at the head reads the user's own file, which is never written over.
            if not self.get_exists():
                raise InputMissingException(self.filename)
            return
        try:
            self._storage.call("pull", path=self.path, file=file)
        except Refused as error:
            if error.code == "not-found":
                raise InputMissingException(self.filename)
            raise

    def get_exists(self):
        return self._look()[0]

    def get_createtime(self):
        exists, created = self._look()
        if created is None or not exists and not self._is_temp:
            return None
        return created / 1000.0

    def touch(self):
        self._know(True, self._storage.call("touch", path=self.path)["created"])

    def delete(self):
        if not self._is_temp:
            raise Exception("cannot delete non-temporary files")
        answer = self._storage.call("delete", path=self.path)
        self._know(False, answer.get("created"))

    def _look(self):
        """(exists, created in ms since 1970 or None). Of a temporary file that was deleted, when it was made."""
        files = self._storage.files
        if files is None:
            return self._told or self._ask("stat")
        known = files.get(self.path)
        if known is None:
            known = self._offer() if self._is_own_file() else self._ask("stat")
            files[self.path] = known
        return known

    def _ask(self, op, **values):
        answer = self._storage.call(op, path=self.path, **values)
        return (bool(answer["exists"]), answer.get("created"))

    def _is_own_file(self):
        """Whether it is a file that the user has at the head, rather than one that a job has made."""
        if self._is_temp or self._is_log or self._storage.files is None or self.path.startswith("s3://"):
            return False
        return os.path.isfile(self._given_here())

    def _given_here(self):
        return os.path.join(self._storage._root, self._given)

    def _offer(self):
        """Uploads the user's file where the storage has none, or another of theirs. What a job has made stays."""
        answer = self._storage.call("offer", path=self.path, file=os.path.abspath(self._given_here()))
        if answer.get("warning"):
            _log.warning("%s: %s", self._given, answer["warning"])
        return (bool(answer["exists"]), answer.get("created"))

    def _know(self, exists, created):
        files = self._storage.files
        if files is None:
            self._told = (exists, created)
        else:
            files[self.path] = (exists, created)
