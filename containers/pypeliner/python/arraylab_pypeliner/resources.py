"""What a job's context asks for, in Batch's units."""

import math

_units = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def resources(ctx):
    """From pypeliner's context: mem and disk in GiB, ncpus, walltime `HH:MM[:SS]`. Raises ValueError naming the key."""
    asked = {
        "vcpus": max(1, math.ceil(_number(ctx, "ncpus", 1))),
        "memoryMiB": max(4, math.ceil(_number(ctx, "mem", 4) * 1024)),
        "market": "on-demand" if ctx.get("dedicated") else "spot",
    }
    if ctx.get("disk") is not None:
        asked["scratchGiB"] = math.ceil(_number(ctx, "disk", 0))
    seconds = _seconds(ctx, "walltime")
    if seconds is not None:
        asked["timeoutSeconds"] = max(60, seconds)
    image = ctx.get("docker_image") or ctx.get("image")
    if image:
        asked["image"] = str(image)
    if ctx.get("pool_id"):
        asked["pool"] = str(ctx["pool_id"])
    return asked


def _number(ctx, key, default):
    value = ctx.get(key, default)
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise ValueError("ctx {}: {!r} is not a number".format(key, value))
    if not math.isfinite(number) or number < 0:
        raise ValueError("ctx {}: {!r} is not a number of at least 0".format(key, value))
    return number


def _seconds(ctx, key):
    value = ctx.get(key)
    if value is None:
        return None
    text = str(value)
    try:
        if ":" in text:
            parts = [int(each) for each in text.split(":")]
            parts = parts if len(parts) == 3 else parts + [0]
            return parts[0] * 3600 + parts[1] * 60 + parts[2]
        return int(text[:-1]) * _units[text[-1]] if text[-1] in _units else int(text)
    except (ValueError, IndexError):
        raise ValueError("ctx {}: {!r} is no time: write 12:00 or 90m".format(key, value))
