"""Writes an archive as SCEDC keeps one: noise that all stations share, 7 samples later at each, as miniSEED and StationXML.

usage: waveforms.py FOLDER FIRST_DAY DAYS STATIONS [--rate HZ] [--channels BHE,BHN,BHZ] [--location 00] [--network CI] [--amplitude 1] [--no-response]
"""

import argparse
from pathlib import Path

import numpy
from obspy import Stream, Trace, UTCDateTime
from obspy.core.inventory import Channel, Inventory, Network, Response, Site, Station


def waveforms(folder, first, days, stations, rate, channels, location, network, amplitude, response):
    folder = Path(folder)
    write_metadata(folder, stations, rate, channels, location, network, response)
    for day in range(days):
        write_day(folder, UTCDateTime(first) + day * 86400, stations, rate, channels, location, network, amplitude)


def write_day(folder, start, stations, rate, channels, location, network, amplitude):
    samples = int(86400 * rate)
    place = Path(folder) / "continuous_waveforms" / f"{start.year}" / f"{start.year}_{start.julday:03d}"
    place.mkdir(parents=True, exist_ok=True)
    for index, channel in enumerate(channels):
        # The day and the component decide the noise: a repeated call writes the same bytes.
        shared = numpy.random.default_rng([start.year, start.julday, index]).normal(0, 1000, samples + 100)
        for number, station in enumerate(stations):
            own = numpy.random.default_rng([start.year, start.julday, index, 1 + sum(map(ord, station))]).normal(0, 300, samples)
            shift = 7 * number
            data = (amplitude * (shared[50 - min(shift, 50) :][:samples] + own)).astype(numpy.int32)
            trace = Trace(data, {"network": network, "station": station, "channel": channel, "location": location})
            trace.stats.sampling_rate = rate
            trace.stats.starttime = start
            name = f"{network}{station:_<5}{channel}{location:_<3}{start.year}{start.julday:03d}.ms"
            Stream([trace]).write(str(place / name), format="MSEED", encoding="STEIM2", reclen=512)


def write_metadata(folder, stations, rate, channels, location, network, response):
    start = UTCDateTime("2000-01-01")
    place = Path(folder) / "FDSNstationXML" / network
    place.mkdir(parents=True, exist_ok=True)
    poles = Response.from_paz(zeros=[0j, 0j], poles=[-0.037 - 0.037j, -0.037 + 0.037j], stage_gain=1e3, input_units="M/S", output_units="COUNTS")
    for number, station in enumerate(stations):
        at = {"latitude": 34 + number / 10, "longitude": -118 - number / 10, "elevation": 100.0}
        own = [
            Channel(code, location, depth=0.0, azimuth=0.0, dip=0.0, sample_rate=rate, start_date=start,
                    response=poles if response else None, **at)
            for code in channels
        ]
        inventory = Inventory(networks=[Network(network, stations=[Station(station, site=Site("synthetic"), channels=own, creation_date=start, **at)])], source="Arraylab's tests")
        inventory.write(str(place / f"{network}_{station}.xml"), format="STATIONXML")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("folder", "first"):
        parser.add_argument(name)
    parser.add_argument("days", type=int)
    parser.add_argument("stations", type=lambda text: text.split(","))
    parser.add_argument("--rate", type=float, default=1.0)
    parser.add_argument("--channels", type=lambda text: tuple(text.split(",")), default=("BHE", "BHN", "BHZ"))
    parser.add_argument("--location", default="")
    parser.add_argument("--network", default="CI")
    parser.add_argument("--amplitude", type=float, default=1.0)
    parser.add_argument("--no-response", dest="response", action="store_false")
    waveforms(**vars(parser.parse_args()))
