#!/usr/bin/env bash
# pysam 0.24.1 (htslib) opens two indexed VCFs by URL, one after the other: run1/variants.vcf.gz with records on chr1 alone, and
# run2/variants.vcf.gz with records on chr1 and chr2, of one header. It leaves the index of the first in the current folder, under its
# last name alone, and takes it for the second: chr2 of run2 has no records then, and no error is raised. (Its chr1, which ends
# elsewhere in the file, raises "truncated file".) In an empty current folder the same lines read everything.
# Seen: 0 of 50 records of chr2 after run1 was read in the same folder; 50 of 50 in an empty one.
set -euo pipefail
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check pysam==0.24.1
cd "$work"
mkdir -p served/run1 served/run2 first second
venv/bin/python - <<'PY'
import pysam
print("pysam", pysam.__version__)
for folder, contigs in (("run1", ["chr1"]), ("run2", ["chr1", "chr2"])):
    path = f"served/{folder}/variants.vcf"
    with open(path, "w") as out:
        out.write("##fileformat=VCFv4.2\n" + "##contig=<ID=chr1,length=1000000>\n##contig=<ID=chr2,length=1000000>\n")
        out.write('##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts1\n')
        for each in contigs:
            for k in range(50):
                out.write(f"{each}\t{100 + k * 1000}\t.\tA\tC\t.\t.\t.\tGT\t0/1\n")
    pysam.tabix_index(path, preset="vcf")
PY
cat > serve.py <<'PY'
import os, re
from http.server import ThreadingHTTPServer, BaseHTTPRequestHandler
class Ranges(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_HEAD(self): self.do_GET()
    def do_GET(self):
        path = "served" + self.path
        if not os.path.isfile(path):
            self.send_response(404); self.send_header("Content-Length", "0"); self.end_headers(); return
        body = open(path, "rb").read()
        asked = re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        first = int(asked[1]) if asked else 0
        last = min(int(asked[2]), len(body) - 1) if asked and asked[2] else len(body) - 1
        self.send_response(206 if asked else 200)
        if asked: self.send_header("Content-Range", f"bytes {first}-{last}/{len(body)}")
        self.send_header("Content-Length", str(last + 1 - first)); self.end_headers()
        if self.command == "GET": self.wfile.write(body[first:last + 1])
    def log_message(self, *_): pass
server = ThreadingHTTPServer(("127.0.0.1", 0), Ranges)
print(server.server_port, flush=True)
server.serve_forever()
PY
venv/bin/python serve.py > port & server=$!
for _ in $(seq 50); do [ -s port ] && break; sleep 0.1; done
cat > count.py <<'PY'
import sys, pysam
port, *folders = sys.argv[1:]
for folder in folders:
    with pysam.VariantFile(f"http://127.0.0.1:{port}/{folder}/variants.vcf.gz") as file:
        for contig in file.header.contigs:
            try: print(folder, contig, sum(1 for _ in file.fetch(contig)))
            except (ValueError, OSError) as error: print(folder, contig, type(error).__name__, error)
PY
both=$(set +e; cd first && ../venv/bin/python ../count.py "$(cat ../port)" run1 run2)
alone=$(cd second && ../venv/bin/python ../count.py "$(cat ../port)" run2)
printf 'run1, then run2:\n%s\nrun2 in an empty folder:\n%s\n' "$both" "$alone"
[ -f first/variants.vcf.gz.tbi ] || { echo "CHANGED: no index in the current folder"; exit 1; }
[ "$alone" = "$(printf 'run2 chr1 50\nrun2 chr2 50')" ] || { echo "CHANGED: in an empty folder run2 is not read whole"; exit 1; }
grep -q '^run2 chr2 0$' <<< "$both" || { echo "CHANGED: chr2 of run2 is read with the index of run1 beside it"; exit 1; }
echo "as seen before: no record of run2's chr2, and no error"
