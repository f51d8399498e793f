"""What NoisePy reads from s3://scedc-pds and writes below it, beside what it reads from SOURCE and writes in a folder.

usage: s3_layer.py SOURCE   (address and keys by AWS_ENDPOINT_URL and the others)
"""

import logging
import os
import sys
from datetime import datetime, timezone

import numpy
from datetimerange import DateTimeRange
from noisepy.seis import cross_correlate
from noisepy.seis.io.channelcatalog import XMLStationChannelCatalog
from noisepy.seis.io.datatypes import ConfigParameters
from noisepy.seis.io.numpystore import NumpyCCStore
from noisepy.seis.io.s3store import SCEDCS3DataStore
from noisepy.seis.io.zarrstore import ZarrCCStore

logging.disable(logging.INFO)
source = sys.argv[1]
first, past = (datetime(2024, 3, day, tzinfo=timezone.utc) for day in (1, 3))
days = DateTimeRange(first, past)


# One of them each time: NoisePy's stores write into the options that they are given.
def options(anonymous=False):
    return {"endpoint_url": os.environ["AWS_ENDPOINT_URL"], "anon": anonymous}


def archive(place, given):
    catalog = XMLStationChannelCatalog(f"{place}/FDSNstationXML/CI", storage_options=given())
    return SCEDCS3DataStore(f"{place}/continuous_waveforms/", catalog, date_range=days, storage_options=given())


def samples(store):
    found = {}
    for span in store.get_timespans():
        for channel in store.get_channels(span):
            assert channel.station.lat > 30, channel
            found[f"{span} {channel}"] = store.read_data(span, channel).data
    return found


def same(one, other):
    assert one and one.keys() == other.keys(), (sorted(one), sorted(other))
    for name, value in one.items():
        assert numpy.array_equal(value, other[name], equal_nan=True), name
    return len(one)


def correlations(store):
    return {f"{span} {src} {rec} {each.src} {each.rec}": each.data
            for src, rec in store.get_station_pairs() for span in store.get_timespans(src, rec)
            for each in store.read(span, src, rec)}


def correlate(raw, into):
    # Two of NoisePy's threads that make a station's group at once lose a pair now and then, in a folder as on S3: asked again, it does
    # what is missing and nothing else.
    for _ in range(3):
        cross_correlate(raw, config, into)


local = archive(source, dict)
expected = samples(local)
for stranger in (True, False):
    found = same(expected, samples(archive("s3://scedc-pds", lambda: options(stranger))))
    print(f"ok      {found} channel-days {'without a signature' if stranger else 'signed by the owner'}")

config = ConfigParameters(sampling_rate=1, cc_len=1800, step=1800, maxlag=60, freqmin=0.05, freqmax=0.4, start_date=first,
                          end_date=past, networks=["CI"], stations=["*"], channels=["BHE", "BHZ"], stop_on_error=True)
for store in (NumpyCCStore, ZarrCCStore):
    alone = store(f"alone/{store.__name__}", storage_options={})
    correlate(local, alone)
    there = store(f"s3://scedc-pds/derived/{store.__name__}", storage_options=options())
    correlate(archive("s3://scedc-pds", options), there)
    # Another one, which has to list what is there.
    again = store(f"s3://scedc-pds/derived/{store.__name__}", mode="r", storage_options=options())
    print(f"ok      {same(correlations(alone), correlations(again))} correlations written by {store.__name__}, and read again")
