"""What the environment says. Nothing else configures this package."""

import os
import shlex

#: The project folder of the lab, the one with lab.config.ts. Default: the working folder or the nearest above it.
HOME = "ARRAYLAB_HOME"
#: More arguments of `lab queue serve`: `--local` for the twin on this machine, `--profile NAME`, `--lab NAME`.
ARGUMENTS = "ARRAYLAB_QUEUE_ARGS"
#: The whole command, instead of both.
COMMAND = "ARRAYLAB_QUEUE_COMMAND"
#: Where a process of this run finds the storage: set for jobs and for local ones by us, not by people.
SOCKET = "ARRAYLAB_STORAGE_SOCKET"


class SettingsError(Exception):
    """The environment names no lab."""


def helper_command():
    """The command of the helper and its working folder. Raises SettingsError."""
    whole = os.environ.get(COMMAND)
    if whole:
        return shlex.split(whole), None
    home = os.environ.get(HOME) or _nearest_lab(os.getcwd())
    if home is None:
        raise SettingsError(
            "no lab.config.ts in this folder or above it: set {}=FOLDER, the lab's project folder".format(HOME)
        )
    program = os.path.join(home, "bin", "lab.mjs")
    if not os.path.exists(program):
        raise SettingsError("there is no {}: {} has to be a lab's project folder".format(program, HOME))
    return ["node", program, "queue", "serve"] + shlex.split(os.environ.get(ARGUMENTS, "")), home


def _nearest_lab(folder):
    while True:
        if os.path.exists(os.path.join(folder, "lab.config.ts")):
            return folder
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above
