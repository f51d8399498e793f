"""What a job's container runs: pypeliner's own delegate, and then a look at what became of it.

    python -m arraylab_pypeliner.delegate BEFORE AFTER STATE [search paths...]

The delegate ends with 0 whatever happened: the job's state is that of the pickle which it leaves. STATE is a file of JSON,
`{"state": "not started" | "started" | "finished", "error": TEXT}`; the exit code is 0 for finished alone.
"""

import json
import subprocess
import sys


def main(before, after, state, *paths):
    # A process of its own: what the job leaves behind in an interpreter is not ours to look at it with.
    code = subprocess.call([sys.executable, "-m", "pypeliner.delegator", before, after, *paths])
    sys.path.extend(paths)
    told = {"state": "not started"}
    try:
        import dill

        with open(after, "rb") as file:
            job = dill.load(file)
        if job is None:
            told["error"] = "pypeliner could not load the job: its modules have to be in the image, or be given to Pypeline"
        elif job.finished:
            told["state"] = "finished"
        elif job.started:
            told.update(state="started", error="the job's function failed")
    except Exception as error:
        told["error"] = "its result cannot be read: {}: {}".format(type(error).__name__, error)
        if code != 0:
            told["error"] = "pypeliner_delegate ended with {}".format(code)
    with open(state, "w") as file:
        json.dump(told, file)
    return 0 if told["state"] == "finished" else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
