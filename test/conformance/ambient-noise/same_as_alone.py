"""Correlates and stacks the archive with NoisePy alone, in one go, and compares every array with what was fetched.

usage: same_as_alone.py NOISEPY ARCHIVE FETCHED FIRST_DAY DAY_AFTER_LAST
"""

import io
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import numpy

noisepy, archive, fetched, first, past = sys.argv[1:]
settings = "--sampling_rate 1 --cc_len 1800 --step 1800 --maxlag 60 --freqmin 0.05 --freqmax 0.4".split()


def arrays(path):
    with tarfile.open(path) as tar:
        values = numpy.load(io.BytesIO(tar.extractfile("array.npy").read()), allow_pickle=False)
        rows = json.loads(tar.extractfile("params.json").read())["metadata"]
    # The order of components is that in which threads came to an end.
    return {json.dumps(row[:-1]): (value, row[-1]["ngood"]) for row, value in zip(rows, values)}


with tempfile.TemporaryDirectory() as work:
    common = ["--start_date", first, "--end_date", past, "--networks", "CI", "--stations", "STAA,STAB,STAC",
              "--channels", "BHE,BHN,BHZ", "--stop_on_error", *settings]
    for command in (
        ["cross_correlate", "--raw_data_path", f"{archive}/continuous_waveforms", "--xml_path", f"{archive}/FDSNstationXML/CI", "--ccf_path", "ccf"],
        ["stack", "--ccf_path", "ccf", "--stack_path", "stack"],
    ):
        subprocess.run([noisepy, *command, *common], cwd=work, check=True, capture_output=True)
    compared = 0
    for folder in ("ccf", "stack"):
        for alone in sorted(Path(work, folder).glob("*/*/*.tar.gz")):
            own = [path for path in Path(fetched).rglob(alone.name) if path.parts[-3:-1] == alone.parts[-3:-1]]
            assert len(own) == 1, f"{alone.relative_to(work)}: {own}"
            expected, found = arrays(alone), arrays(own[0])
            assert expected.keys() == found.keys(), alone
            for name, (value, ngood) in expected.items():
                assert ngood == found[name][1] and numpy.array_equal(value, found[name][0], equal_nan=True), (alone, name)
                compared += 1
    print(f"{compared} arrays are equal")
    assert compared > 100, compared
