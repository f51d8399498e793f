"""Whether the job that a new head sends is the one that a killed head had under way."""

import hashlib
import re

import pypeliner.arguments
import pypeliner.deep

#: What tells one managed argument from another; the objects themselves are not at hand at the head.
_telling = ("name", "node", "axes", "filename", "chunk", "chunks", "formatted", "template", "fnames")


def fingerprint(sent):
    """A text that is equal for equal work: same function, same arguments, same inputs. When in doubt it differs, and the
    job that is under way is stopped before another is sent."""
    callset = pypeliner.deep.deeptransform(sent.argset, _described)
    parts = [repr(sent.id), _function(sent.func), repr(callset.ret), repr(callset.args)]
    parts.append(repr(sorted(callset.kwargs.items(), key=repr)))
    for arg in sent.arglist:
        for resource in arg.get_inputs():
            if getattr(resource, "store", None) is not None:
                parts.append("{} {}".format(resource.filename, resource.createtime))
    # Addresses of objects differ from process to process and say nothing.
    text = re.sub(r" at 0x[0-9a-f]+", "", "\n".join(parts))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _described(value):
    if not isinstance(value, pypeliner.arguments.Arg):
        return None, False
    known = vars(value)
    told = [type(value).__name__] + [(key, repr(known[key])) for key in _telling if key in known]
    if callable(known.get("func")):
        told.append(_function(known["func"]))
    return tuple(told), True


def _function(function):
    if isinstance(function, str):
        return function
    code = getattr(function, "__code__", None)
    name = "{}.{}".format(getattr(function, "__module__", "?"), getattr(function, "__qualname__", repr(function)))
    return name if code is None else "{} {}".format(name, _code(code))


def _code(code):
    constants = [_code(each) if hasattr(each, "co_code") else repr(each) for each in code.co_consts]
    return "{} {} {}".format(code.co_code.hex(), code.co_names, constants)
