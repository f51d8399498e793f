#!/usr/bin/env bash
# vcztools 0.2.0, view -e, beside bcftools view -e, which it is to stand in for: an expression over a field with several values (one an allele,
# one a sample) leaves a record out only where it holds for all of them. "-e 'FMT/DP<10'" keeps a record in which one sample has 3 reads and
# "-i 'FMT/DP<10'" keeps the same record; bcftools leaves it out. And one that has one ALT, and AF=0.5, is kept by "-e 'AF>0.3'" as soon as
# another record of the file has two: the place of the second, empty, is a value for which the expression does not hold. Without that other
# record the same command leaves it out. Exit code 0, no word.
# Seen: kept 100, 200, 300 by -e 'AF>0.3' (bcftools 100) and 100, 300 by -e 'FMT/DP<10' (bcftools none); 100 and not 300 without the second ALT.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check vcztools==0.2.0 'bio2zarr[vcf]==0.2.1' pysam==0.24.1
cd "$work"
venv/bin/python - <<'PY'
import subprocess
from importlib.metadata import version

import pysam
import pysam.bcftools

print("vcztools", version("vcztools"), "bio2zarr", version("bio2zarr"), "bcftools", pysam.version.__bcftools_version__)
head = """##fileformat=VCFv4.3
##contig=<ID=chr1,length=100000>
##INFO=<ID=AF,Number=A,Type=Float,Description="Allele frequency">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">
#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT s1 s2"""
rows = {
    100: "chr1 100 . A T 50 PASS AF=0.1 GT:DP 0/0:3 0/1:30",
    200: "chr1 200 . A T,C 50 PASS AF=0.1,0.4 GT:DP 0/1:5 1/2:5",
    300: "chr1 300 . G C 50 PASS AF=0.5 GT:DP 0/1:30 0/1:4",
}


def store(name, positions):
    with open(f"{name}.vcf", "w") as file:
        for line in head.splitlines() + [rows[position] for position in positions]:
            file.write((line if line.startswith("##") else line.replace(" ", "\t")) + "\n")
    pysam.tabix_compress(f"{name}.vcf", f"{name}.vcf.gz")
    pysam.tabix_index(f"{name}.vcf.gz", preset="vcf")
    subprocess.run(["venv/bin/vcf2zarr", "convert", "-Q", f"{name}.vcf.gz", f"{name}.vcz"], check=True, capture_output=True)


def kept(name, *options):
    told = subprocess.run(["venv/bin/vcztools", "view", "-H", *options, f"{name}.vcz"], check=True, capture_output=True, text=True).stdout
    theirs = pysam.bcftools.view("-H", *options, f"{name}.vcf.gz")
    both = tuple([int(line.split("\t")[1]) for line in text.splitlines()] for text in (told, theirs))
    print(f"{name} {' '.join(options)}: vcztools keeps {both[0]}, bcftools {both[1]}")
    return both


store("three", (100, 200, 300))
store("two", (100, 300))
assert kept("three", "-i", "AF>0.3") == ([200, 300], [200, 300])
assert kept("three", "-e", "AF>0.3") == ([100, 200, 300], [100]), "CHANGED: -e over alleles"
assert kept("two", "-e", "AF>0.3") == ([100], [100]), "CHANGED: -e without a second ALT"
assert kept("three", "-i", "FMT/DP<10") == ([100, 200, 300], [100, 200, 300])
assert kept("three", "-e", "FMT/DP<10") == ([100, 300], []), "CHANGED: -e over samples"
PY
echo "as seen before"
