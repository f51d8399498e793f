"""Jobs of a workflow on AWS Batch, by the queue contract of pypeliner."""

import logging
import os
import tempfile

import dill
from pypeliner.execqueue.base import ReceiveError, SubmitError

from .code import zip_modules
from .connection import HelperDied, Refused
from .fingerprint import fingerprint
from .resources import resources
from .session import head_session

_log = logging.getLogger("pypeliner.arraylab")


class Queue:
    """Loaded by name: `--submit arraylab_pypeliner.Queue`. Every call is answered by `lab queue serve`; when that has died,
    each job under way is reported once and received as an error, so that the run ends."""

    def __init__(self, modules=None, native_spec=None, config_filename=None):
        self._modules = modules
        self._session = head_session()
        #: By name: the folder of its newest try.
        self._folders = {}
        self._code = None
        self._scratch = None
        if config_filename:
            _log.warning(
                "%s is not read: lab pypeliner import-config %s tells what stands for each of its lines",
                config_filename,
                config_filename,
            )

    def __enter__(self):
        self._session.enter()
        self._scratch = tempfile.TemporaryDirectory(prefix="arraylab-")
        path = zip_modules(self._modules, self._scratch.name)
        self._code = None if path is None else os.path.abspath(path)
        return self

    def __exit__(self, exc_type, exc_value, traceback):
        try:
            if self._folders and not self._session.helper.dead:
                self._session.helper.call("terminate", reason=_reason(exc_type))
        except HelperDied as error:
            _log.error("%s", error)
        finally:
            self._folders.clear()
            self._session.leave(finished=exc_type is None)
            self._scratch.cleanup()

    def send(self, ctx, name, sent, temps_dir):
        folder = os.path.abspath(temps_dir)
        payload = os.path.join(folder, "job.before")
        try:
            asked = resources(ctx)
            mark = fingerprint(sent)
            with open(payload, "wb") as file:
                dill.dump(sent, file)
            answer = self._session.helper.call(
                "send", name=name, payload=payload, fingerprint=mark, code=self._code, resources=asked
            )
        except (HelperDied, Refused, ValueError) as error:
            raise SubmitError("{}: {}".format(name, error)) from None
        finally:
            _remove(payload)
        if answer.get("adopted"):
            _log.info("%s was under way already and is waited for", name)
        self._folders[name] = folder

    def wait(self, immediate=False):
        """The name of a job that has ended. Where the helper has died, of any job: `receive` then says why."""
        try:
            while True:
                answer = self._session.helper.call("wait", timeoutMs=0 if immediate else 20000)
                name = answer.get("name")
                if name is not None or immediate:
                    return name
        except HelperDied:
            return next(iter(self._folders), None)

    def receive(self, name):
        folder = self._folders.pop(name)
        after = os.path.join(folder, "job.after")
        try:
            answer = self._session.helper.call("receive", name=name, file=after)
            return self._load(name, answer, after)
        except (HelperDied, Refused) as error:
            raise ReceiveError("{}: {}".format(name, error)) from None
        finally:
            _remove(after)

    def _load(self, name, answer, after):
        text = "{} {}".format(name, answer.get("text", "failed without a word"))
        if not answer.get("after"):
            raise ReceiveError(text)
        try:
            with open(after, "rb") as file:
                received = dill.load(file)
        except Exception as error:
            raise ReceiveError("{}\nits result cannot be read: {}: {}".format(text, type(error).__name__, error))
        # The exit code proves nothing: the delegate ends with 0 even where it could not read the job.
        if received is None or not received.started:
            raise ReceiveError(text)
        if answer.get("host"):
            received.hostname = answer["host"]
        return received

    @property
    def length(self):
        return len(self._folders)

    @property
    def empty(self):
        return not self._folders


def _reason(exc_type):
    return "pypeliner has ended" if exc_type is None else "pypeliner was ended by {}".format(exc_type.__name__)


def _remove(path):
    try:
        os.remove(path)
    except OSError:
        pass
