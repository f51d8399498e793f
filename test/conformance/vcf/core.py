"""Arrays of the core that TileDB-VCF 0.40.3 is built on, where it has them in a dataset. usage: core.py store|consolidate|read DATASET"""
import sys
import time

import numpy
import tiledb

what, dataset = sys.argv[1:]
arrays = [f"{dataset}/metadata/vcf_headers", f"{dataset}/data"]


def store(uri, names):
    with tiledb.open(uri, "w") as array:
        array[numpy.array(names, dtype="S")] = numpy.array([len(name) for name in names], dtype=numpy.int32)


if what == "store":
    print("tiledb", tiledb.__version__, "core", tiledb.libtiledb.version())
    domain = tiledb.Domain(tiledb.Dim("sample", domain=(None, None), tile=None, dtype="ascii"))
    for uri in arrays:
        tiledb.Array.create(uri, tiledb.ArraySchema(domain=domain, sparse=True, attrs=[tiledb.Attr("a", dtype=numpy.int32)]))
        for k in range(4):
            store(uri, [f"s{k}", f"t{k}x"])
        time.sleep(0.01)
        with tiledb.open(uri, "d") as array:
            array.query(cond="sample == 's1'").submit()
        time.sleep(0.01)
        store(uri, ["s1"])
elif what == "consolidate":
    for uri in arrays:
        for mode in ("commits", "fragment_meta"):
            tiledb.consolidate(uri, config=tiledb.Config({"sm.consolidation.mode": mode}))
elif what == "add":
    for uri in arrays:
        store(uri, ["later"])
else:
    for uri in arrays:
        with tiledb.open(uri) as array:
            print(sorted(name.decode() if isinstance(name, bytes) else str(name) for name in array[:]["sample"]))
