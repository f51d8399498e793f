#!/usr/bin/env bash
# vcztools 0.2.0, view, "intended as a drop-in replacement for bcftools view", writes VCF from the VCF Zarr that bio2zarr 0.2.1 makes: every
# float has at most three digits behind the point. An allele frequency of 0.00012, a P value of 5.3e-8 and a genotype probability of 0.0004
# are 0 in the VCF, and 0.9998 is 1. The store has them whole, and "vcztools query" prints them whole; "view -i 'P<1e-6'" picks a record by
# its P, and writes P=0. bcftools view of the same records keeps them. Exit code 0, no word.
# Seen: AF=0, P=0, GP=0,1,0 and QUAL 0 for 0.00012, 5.3e-08, 0.00012,0.9998,0.00008 and 0.0004.
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
##INFO=<ID=P,Number=1,Type=Float,Description="P value">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=GP,Number=G,Type=Float,Description="Genotype probabilities">
#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT s1
"""
rows = ["chr1 100 . A T 0.0004 PASS AF=0.00012;P=5.3e-08 GT:GP 0/1:0.00012,0.9998,0.00008", "chr1 200 . C G 30.5 PASS AF=0.25;P=0.5 GT:GP 0/1:0.25,0.5,0.25"]
with open("in.vcf", "w") as file:
    file.write("\n".join(line if line.startswith("##") else line.replace(" ", "\t") for line in head.splitlines() + rows) + "\n")
pysam.tabix_index(pysam.tabix_compress("in.vcf", "in.vcf.gz") or "in.vcf.gz", preset="vcf")


def run(*command):
    return subprocess.run([f"venv/bin/{command[0]}", *command[1:]], check=True, capture_output=True, text=True).stdout


def told(text):
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    return [(row[5], *sorted(row[7].split(";")), row[9].split(":")[1]) for row in rows]


run("vcf2zarr", "convert", "-Q", "in.vcf.gz", "in.vcz")
ours, theirs = told(run("vcztools", "view", "in.vcz")), told(pysam.bcftools.view("in.vcf.gz"))
query = run("vcztools", "query", "-f", "%AF %P\\n", "in.vcz").splitlines()[0]
picked = told(run("vcztools", "view", "-i", "P<1e-6", "in.vcz"))
print("vcztools view: ", ours)
print("bcftools view: ", theirs)
print("vcztools query:", query)
print("vcztools view -i 'P<1e-6':", picked)
assert theirs[0] == ("0.0004", "AF=0.00012", "P=5.3e-08", "0.00012,0.9998,8e-05")
assert ours[0] == ("0", "AF=0", "P=0", "0,1,0"), "CHANGED: small floats in vcztools view"
assert ours[1] == ("30.5", "AF=0.25", "P=0.5", "0.25,0.5,0.25")
assert query == "0.00012 5.3e-08" and picked == ours[:1], "CHANGED: query, or the filter"
PY
echo "as seen before"
