"""Runs NoisePy and ObsPy for Arraylab: one request a line on stdin, one answer a line on stdout, both JSON.

NoisePy takes 4 to 13 s to start. This process pays that once, and forks for each day: a day has a process of its own, whose
memory and state go with it, and a crash ends that day alone. What NoisePy says goes to stderr. Ends with its stdin, and with
whoever started it, in the middle of a day too.
"""

import gc
import gzip
import io
import json
import os
import resource
import signal
import sys
import tarfile
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# NoisePy takes every n-th day of its list for itself where it finds these, and most children of an array get none.
for name in ("AWS_BATCH_JOB_ARRAY_INDEX", "AWS_BATCH_JOB_ID", "AWS_EXECUTION_ENV"):
    os.environ.pop(name, None)
os.environ.setdefault("MPLBACKEND", "Agg")

DAY = 86_400.0
# libmseed tells what is wrong with a file to whoever has asked last, in whatever thread: of two that are read at once each may get
# what is wrong with the other, or the process ends.
one_at_a_time = threading.Lock()


def inspect(request):
    """Header and data of each file, and what the station's metadata say of its channel on that day."""
    from obspy import UTCDateTime

    start = UTCDateTime(request["day"])
    with ThreadPoolExecutor(max_workers=max(1, request.get("threads", 1))) as pool:
        inventories = dict(zip(request["metadata"], pool.map(read_metadata, request["metadata"].values())))
        files = list(pool.map(lambda file: inspect_file(file, start, inventories, request["response"]), request["files"]))
    return {"files": files}


def read_metadata(path):
    from obspy import read_inventory

    if path is None:
        return "there is no StationXML of the station"
    try:
        return read_inventory(path, format="STATIONXML")
    except Exception as error:
        return f"its StationXML cannot be read: {said(error)}"


def inspect_file(file, start, inventories, response):
    from obspy import read

    facts = {}
    try:
        with one_at_a_time:
            stream = read(file["path"], format="MSEED")
        code = (file["network"], file["station"], file["channel"], file["location"])
        for trace in stream:
            stats = trace.stats
            if (stats.network, stats.station, stats.channel, stats.location) != code:
                raise ValueError(f"it holds {trace.id}, and its name says {'.'.join((code[0], code[1], code[3], code[2]))}")
        rates = sorted({float(trace.stats.sampling_rate) for trace in stream})
        if len(rates) != 1:
            raise ValueError(f"its sampling rate changes: {', '.join(map(str, rates))} Hz")
        facts = {"rate": rates[0], "traces": len(stream), "coverage": coverage(stream, start)}
    except Exception as error:
        facts = {"error": said(error)}
    fault = metadata_fault(inventories.get(f"{file['network']}.{file['station']}"), file, start, response)
    if fault:
        facts["metadata"] = fault
    return facts


def coverage(stream, start):
    """Share of the day in which there are samples; what overlaps counts once, what is of another day not at all."""
    begin, end = start.timestamp, start.timestamp + DAY
    spans = sorted((t.stats.starttime.timestamp, t.stats.endtime.timestamp + t.stats.delta) for t in stream)
    seconds, last = 0.0, begin
    for first, past in spans:
        first, past = max(first, last), min(past, end)
        if past > first:
            seconds, last = seconds + past - first, past
    # Samples need not stand on the day's first instant: less than one of them is not missing.
    return 1.0 if DAY - seconds < stream[0].stats.delta else seconds / DAY


def metadata_fault(inventory, file, start, response):
    if inventory is None or isinstance(inventory, str):
        return inventory or "there is no StationXML of the station"
    own = [
        channel
        for network in inventory
        if network.code == file["network"]
        for station in network
        if station.code == file["station"]
        for channel in station
        if channel.code == file["channel"] and (channel.location_code or "") == file["location"]
    ]
    name = f"{file['location'] or '--'}.{file['channel']}"
    if not own:
        return f"its StationXML has no channel {name}"
    covering = [
        channel
        for channel in own
        if (channel.start_date is None or channel.start_date <= start)
        and (channel.end_date is None or channel.end_date >= start + DAY - 1)
    ]
    if not covering:
        return f"no epoch of {name} in its StationXML covers the day"
    if response and not any(channel.response and channel.response.response_stages for channel in covering):
        return f"its StationXML has no response of {name}"
    return None


def noisepy(request):
    """NoisePy's own command line in a process of its own; how it ended, and what it used."""
    sys.stdout.flush()
    sys.stderr.flush()
    # NoisePy collects garbage often, which would copy every page that the two processes share: a third of a small day.
    gc.collect()
    gc.freeze()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.chdir(request["folder"])
            from noisepy.seis.main import main, parse_args

            main(parse_args(request["arguments"]))
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    _, status, used = os.wait4(child, 0)
    code = os.waitstatus_to_exitcode(status)
    return {
        **({"exitCode": code} if code >= 0 else {"exitCode": 128 - code, "signal": -code}),
        "peakMemoryBytes": used.ru_maxrss * 1024,
        "cpuSeconds": used.ru_utime + used.ru_stime,
    }


def count(request):
    """What each file of a store of NoisePy's holds; every one is read to its end."""
    root = Path(request["folder"])
    paths = sorted(root.glob("*/*/*.tar.gz")) if root.is_dir() else []
    with ThreadPoolExecutor(max_workers=max(1, request.get("threads", 1))) as pool:
        return {"files": list(pool.map(lambda path: count_file(path, root), paths))}


def count_file(path, root):
    import numpy

    found = {"file": str(path.relative_to(root)), "bytes": path.stat().st_size}
    try:
        # The whole of both layers: gzip's checksum stands at the end.
        data = gzip.decompress(path.read_bytes())
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            array = numpy.load(io.BytesIO(tar.extractfile("array.npy").read()), allow_pickle=False)
            params = json.loads(tar.extractfile("params.json").read())
        rows = params["metadata"]
        if len(rows) != len(array):
            raise ValueError(f"{len(rows)} rows are described, and {len(array)} are there")
        found["rows"] = [described(row, values) for row, values in zip(rows, array)]
    except Exception as error:
        found["error"] = said(error)
    return found


def described(row, values):
    """A pair's row has both channels and their locations before its parameters, a stack's a component and a name."""
    import numpy

    ngood = row[-1].get("ngood", 0)
    return {
        "name": f"{row[0]}_{row[2]}" if len(row) == 5 else row[0],
        "ngood": int(sum(ngood)) if isinstance(ngood, list) else int(ngood),
        "finite": bool(numpy.isfinite(values[~numpy.isnan(values)]).all() and not numpy.isnan(values).all()),
    }


def said(error):
    text = f"{type(error).__name__}: {error}".splitlines()
    return text[0][:300] if text else type(error).__name__


def hello():
    import numpy
    import obspy
    import noisepy.seis

    # What every day needs, before the first fork.
    import fsspec.implementations.local  # noqa: F401
    import noisepy.seis.main  # noqa: F401
    import obspy.io.mseed  # noqa: F401
    import obspy.io.stationxml  # noqa: F401
    import obspy.signal.evrespwrapper  # noqa: F401

    return {
        "python": sys.version.split()[0],
        "noisepy": noisepy.seis.__version__,
        "obspy": obspy.__version__,
        "numpy": numpy.__version__,
        "readyAfterSeconds": resource.getrusage(resource.RUSAGE_SELF).ru_utime,
    }


def end_with(parent):
    """Whoever is killed cannot tell us; and nobody would wait for what is still being made."""
    while os.getppid() == parent:
        time.sleep(1)
    os.killpg(0, signal.SIGKILL)


def serve(requests, answers):
    operations = {"inspect": inspect, "noisepy": noisepy, "count": count}

    def answer(value):
        answers.write(json.dumps(value) + "\n")
        answers.flush()

    answer(hello())
    for line in requests:
        request = json.loads(line)
        try:
            answer(operations[request["do"]](request))
        except Exception as error:
            traceback.print_exc()
            answer({"failed": said(error)})


if __name__ == "__main__":
    if os.getpgrp() == os.getpid():
        threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    # Answers have a way of their own: whatever a library prints must not be taken for one.
    own = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    serve(sys.stdin, own)
