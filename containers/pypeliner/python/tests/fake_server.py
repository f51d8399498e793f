"""Speaks the protocol of `lab queue serve` with folders for S3 and processes for Batch: what the package is tested
against where no lab is at hand. `FAKE_LAB` is its folder, which outlives it, as a lab does."""

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

LAB = os.environ["FAKE_LAB"]
FILES = os.path.join(LAB, "files")
JOBS = os.path.join(LAB, "jobs")
CALLS = os.path.join(LAB, "calls")


class Refused(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def now_ms():
    return time.time_ns() // 1_000_000


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


# --- storage -----------------------------------------------------------------------------------------------------------


def at(path):
    return os.path.join(FILES, hashlib.sha256(path.encode()).hexdigest())


def meta(path):
    try:
        with open(at(path) + ".json") as file:
            return json.load(file)
    except OSError:
        return None


def write_meta(path, value):
    with open(at(path) + ".json.new", "w") as file:
        json.dump(value, file)
    os.replace(at(path) + ".json.new", at(path) + ".json")


def store(path, file, created, by):
    shutil.copyfile(file, at(path) + ".new")
    os.replace(at(path) + ".new", at(path))
    write_meta(path, {"path": path, "created": created, "by": by, "sha256": digest(at(path)), "exists": True})
    return {"created": created}


def stat(path, **_):
    known = meta(path)
    return {"exists": bool(known and known["exists"]), "created": known["created"] if known else None}


def push(path, file, **_):
    return store(path, file, now_ms(), "job")


def pull(path, file, **_):
    if not stat(path)["exists"]:
        raise Refused("not-found", "there is no {}".format(path))
    shutil.copyfile(at(path), file + ".part")
    os.replace(file + ".part", file)
    return {}


def touch(path, **_):
    write_meta(path, dict(meta(path), created=now_ms()))
    return {"created": meta(path)["created"]}


def delete(path, **_):
    known = meta(path)
    if known is None:
        return {"created": None}
    write_meta(path, dict(known, exists=False))
    os.remove(at(path))
    return {"created": known["created"]}


def offer(path, file, **_):
    known = meta(path)
    modified = os.stat(file).st_mtime_ns // 1_000_000
    if known is None or not known["exists"]:
        store(path, file, modified, "offer")
        return stat(path)
    if known["by"] == "job" or known["sha256"] == digest(file):
        return stat(path)
    warning = {} if modified > known["created"] else {"warning": "other content under an older date: taken as new"}
    store(path, file, max(modified, now_ms() if warning else 0), "offer")
    return dict(stat(path), **warning)


STORAGE = {"stat": stat, "push": push, "pull": pull, "touch": touch, "delete": delete, "offer": offer}


# --- queue -------------------------------------------------------------------------------------------------------------


def job_folder(name):
    return os.path.join(JOBS, hashlib.sha256(name.encode()).hexdigest()[:16])


def read_job(folder):
    with open(os.path.join(folder, "job.json")) as file:
        return json.load(file)


def has_ended(folder):
    return os.path.exists(os.path.join(folder, "exit"))


def all_jobs():
    return [os.path.join(JOBS, each) for each in sorted(os.listdir(JOBS))]


waiting = {}


def send(name, payload, fingerprint, code=None, resources=None, **_):
    folder = job_folder(name)
    if os.path.exists(folder):
        if read_job(folder)["fingerprint"] == fingerprint and name not in waiting:
            waiting[name] = folder
            return {"job": os.path.basename(folder), "adopted": True}
        end(folder)
        shutil.rmtree(folder)
    os.makedirs(os.path.join(folder, "work"))
    shutil.copyfile(payload, os.path.join(folder, "before"))
    arguments = ["pypeliner_delegate", os.path.join(folder, "before"), os.path.join(folder, "after")]
    if code:
        shutil.copyfile(code, os.path.join(folder, "code.zip"))
        arguments.append(os.path.join(folder, "code.zip"))
    # A job lives on when its head and this server are killed, as one in the cloud does. Its storage is a server of its own.
    script = 'FAKE_JOB=1 {} "$0" "$@"; echo $? > ../exit.new; mv ../exit.new ../exit'.format(
        "{} {}".format(sys.executable, os.path.abspath(__file__))
    )
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ARRAYLAB_")}
    process = subprocess.Popen(
        ["sh", "-c", script] + arguments,
        cwd=os.path.join(folder, "work"),
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=open(os.path.join(folder, "log"), "wb"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    with open(os.path.join(folder, "job.json"), "w") as file:
        json.dump({"name": name, "fingerprint": fingerprint, "pid": process.pid, "resources": resources}, file)
    waiting[name] = folder
    return {"job": os.path.basename(folder), "adopted": False}


def end(folder):
    if not has_ended(folder):
        try:
            os.killpg(read_job(folder)["pid"], 9)
        except ProcessLookupError:
            pass


def wait(timeoutMs=0, **_):
    until = time.monotonic() + timeoutMs / 1000
    while True:
        for name, folder in waiting.items():
            if has_ended(folder):
                return {"name": name}
        if time.monotonic() >= until:
            return {"name": None}
        time.sleep(0.01)


def receive(name, file, **_):
    folder = waiting.pop(name)
    with open(os.path.join(folder, "exit")) as exit_file:
        code = exit_file.read().strip()
    with open(os.path.join(folder, "log")) as log:
        text = "exit code {} on fake-host\n{}".format(code, log.read()[-2000:])
    after = os.path.join(folder, "after")
    there = os.path.exists(after)
    if there:
        shutil.copyfile(after, file)
    shutil.rmtree(folder)
    return {"after": there, "text": text, "host": "fake-host"}


def terminate(**_):
    for folder in list(waiting.values()):
        end(folder)
        shutil.rmtree(folder)
    waiting.clear()
    return {}


QUEUE = {"send": send, "wait": wait, "receive": receive, "terminate": terminate}


# --- lines -------------------------------------------------------------------------------------------------------------


def answer(line, operations):
    request = json.loads(line)
    op = request.pop("op")
    own = request.pop("id")
    with open(CALLS, "a") as file:
        file.write(op + "\n")
    if os.environ.get("FAKE_DIES_AT") == op:
        print("the fake server was told to die at " + op, file=sys.stderr)
        os._exit(7)
    try:
        if op == "hello":
            if request["protocol"] != 1:
                raise Refused("bad-protocol", "this server speaks protocol 1")
            return {"id": own, "ok": {"run": request.get("run") or "run-1", "socket": SOCKET}}
        if op == "close":
            return {"id": own, "ok": {}}
        return {"id": own, "ok": operations[op](**request)}
    except Refused as error:
        return {"id": own, "error": {"code": error.code, "message": str(error)}}


def serve_socket(listener):
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(connection.makefile("rwb"), STORAGE), daemon=True).start()


def serve(stream, operations):
    for line in stream:
        stream.write(json.dumps(answer(line, operations)).encode() + b"\n")
        stream.flush()


if __name__ == "__main__":
    for folder in (FILES, JOBS):
        os.makedirs(folder, exist_ok=True)
    home = tempfile.mkdtemp()
    SOCKET = os.path.join(home, "storage")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(SOCKET)
    listener.listen(20)
    threading.Thread(target=serve_socket, args=(listener,), daemon=True).start()
    try:
        if os.environ.get("FAKE_JOB"):
            code = subprocess.call(sys.argv[1:], env=dict(os.environ, ARRAYLAB_STORAGE_SOCKET=SOCKET))
            sys.exit(code)
        for line in sys.stdin.buffer:
            sys.stdout.write(json.dumps(answer(line, {**STORAGE, **QUEUE})) + "\n")
            sys.stdout.flush()
    finally:
        shutil.rmtree(home)
