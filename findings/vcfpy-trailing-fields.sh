#!/usr/bin/env bash
# vcfpy 0.14.2: a call whose trailing fields are left out, as VCF allows and callers write for what they have not called ("./." under
# GT:AD), is read, and cannot be written again where one of the fields is a list: ValueError "Expected list value for field with
# Number != 1". Left out fields of one value are written, and the list written as "." is, too. bcftools reads and writes all three.
# Seen: GT:DP and "./.:." pass, GT:AD with "./." does not.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check vcfpy==0.14.2 pysam==0.24.1
cd "$work"
venv/bin/python - <<'PY'
from importlib.metadata import version

import pysam.bcftools
import vcfpy

print("vcfpy", version("vcfpy"))
header = """##fileformat=VCFv4.3
##contig=<ID=chr1,length=1000>
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Depth of each allele">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">
#CHROM	POS	ID	REF	ALT	QUAL	FILTER	INFO	FORMAT	A	B
"""
for calls, seen in (("GT:DP\t0/1:3\t./.", "written"), ("GT:AD\t0/1:1,2\t./.:.", "written"), ("GT:AD\t0/1:1,2\t./.", "ValueError")):
    with open("in.vcf", "w") as out:
        out.write(f"{header}chr1\t100\t.\tA\tC\t.\t.\t.\t{calls}\n")
    assert len(pysam.bcftools.view("-H", "in.vcf").splitlines()) == 1
    reader = vcfpy.Reader.from_path("in.vcf")
    writer = vcfpy.Writer.from_path("out.vcf", reader.header)
    try:
        for record in reader:
            writer.write_record(record)
        got = "written"
    except ValueError as error:
        got = "ValueError"
        print(error)
    writer.close()
    print(calls.split("\t"), got)
    assert got == seen, f"CHANGED: {seen} before"
PY
echo "as seen before"
