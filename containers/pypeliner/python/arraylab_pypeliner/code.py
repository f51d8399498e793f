"""The workflow's own modules, as a zip that a job's Python can import from."""

import hashlib
import os
import zipfile

_made_at = (1980, 1, 1, 0, 0, 0)


def zip_modules(modules, folder):
    """Writes the Python files of the given modules (a package with all below it) to a zip in `folder`, whose name tells
    its contents; answers its path, or None where there are none. Equal code is an equal file, uploaded once."""
    files = {}
    for module in modules or ():
        source = getattr(module, "__file__", None)
        if source is None:
            continue
        if os.path.basename(source) != "__init__.py":
            files[os.path.basename(source)] = source
            continue
        package = os.path.dirname(source)
        above = os.path.dirname(package)
        for parent, folders, names in os.walk(package):
            folders[:] = sorted(each for each in folders if each != "__pycache__")
            for name in names:
                if name.endswith(".py"):
                    files[os.path.relpath(os.path.join(parent, name), above)] = os.path.join(parent, name)
    if not files:
        return None
    digest = hashlib.sha256()
    bodies = {}
    for name in sorted(files):
        with open(files[name], "rb") as file:
            bodies[name] = file.read()
        digest.update(name.encode("utf-8") + b"\0" + hashlib.sha256(bodies[name]).digest())
    path = os.path.join(folder, "code-{}.zip".format(digest.hexdigest()[:32]))
    if not os.path.exists(path):
        with zipfile.ZipFile(path + ".new", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, body in bodies.items():
                archive.writestr(zipfile.ZipInfo(name, _made_at), body)
        os.replace(path + ".new", path)
    return path
