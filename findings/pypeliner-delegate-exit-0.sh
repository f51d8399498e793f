#!/usr/bin/env bash
# pypeliner 0.7.0's pypeliner_delegate, which a cluster runs for each job, ends with 0 though the job's function has raised:
# whether it went well is in the pickle that it leaves, and nowhere else. A batch system that goes by the exit code calls
# a failed job a success.
# Seen: exit code 0; in the pickle started is True and finished is False; the traceback is in the job's own job.err.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Its set-up does not run under Python 3.12 and later.
python=
for each in python3.11 python3.10 python3.9 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.{11,10,9}.*/bin/python; do
  "$each" -c 'import sys, venv; sys.exit(not (3, 9) <= sys.version_info[:2] <= (3, 11))' 2> /dev/null && { python=$each; break; }
done
[ -n "$python" ] || { echo "no Python from 3.9 to 3.11"; exit 77; }
"$python" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check pypeliner==0.7.0 dill==0.4.1 six==1.17.0
"$work/venv/bin/pip" list 2> /dev/null | grep -i '^pypeliner'
cd "$work"
cat > tasks.py <<'PY'
def fail(path):
    raise IOError("the disk is gone")
PY
cat > keep.py <<'PY'
"""A queue that keeps what the delegate is given and says, and runs it as pypeliner's cluster queues do."""
import os
import subprocess

import dill
from pypeliner.execqueue.base import ReceiveError


class Queue:
    def __init__(self, modules=None, native_spec=None, config_filename=None):
        self.after = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def send(self, ctx, name, sent, temps_dir):
        before = os.path.join(temps_dir, "before")
        with open(before, "wb") as file:
            dill.dump(sent, file)
        code = subprocess.call(["pypeliner_delegate", before, before + ".after", os.getcwd()])
        print("exit code of the delegate:", code, flush=True)
        self.after[name] = before + ".after"

    def wait(self, immediate=False):
        return next(iter(self.after))

    def receive(self, name):
        with open(self.after.pop(name), "rb") as file:
            job = dill.load(file)
        print("started:", job.started, "finished:", job.finished, flush=True)
        return job

    length = property(lambda self: len(self.after))
    empty = property(lambda self: not self.after)
PY
cat > flow.py <<'PY'
import pypeliner
import pypeliner.managed as mgd

workflow = pypeliner.workflow.Workflow(default_ctx={"num_retry": 0})
workflow.transform(name="fail", func="tasks.fail", args=(mgd.OutputFile("out.txt"),))
pypeliner.app.Pypeline(modules=(), config={"tmpdir": "t", "submit": "keep.Queue", "maxjobs": 1}).run(workflow)
PY
PATH=$work/venv/bin:$PATH PYTHONPATH=$work "$work/venv/bin/python" flow.py > told 2>&1 || true
grep -E 'exit code of the delegate|started:|the disk is gone' told | sort -u
grep -q '^exit code of the delegate: 0$' told || { echo "CHANGED: it does not exit with 0 any more"; tail -n 20 told; exit 1; }
grep -q '^started: True finished: False$' told || { echo "CHANGED: its pickle says something else"; exit 1; }
echo "as seen before"
