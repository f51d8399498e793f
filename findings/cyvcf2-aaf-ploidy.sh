#!/usr/bin/env bash
# cyvcf2 0.35.0, Variant.aaf, "alternate allele frequency across samples in this VCF": it is made of the counts of genotypes, each of which is two
# alleles. A haploid call, as men's X and Y and mitochondria have, counts twice: of 2 men and 2 women with 4 of 6 alleles ALT it is
# 0.625 and not 0.667. Of a half-missing call (./1, 0/.) the missing half counts as REF, unless strict_gt is set: 0.375 of 3 in 6. And a sample with two different ALT
# alleles (1/2) counts as one ALT and one REF: 0.667 of 5 in 6. scikit-allel and a count by hand say the same of all three. No warning.
# Seen: 0.625, 0.375, 0.667 for 4/6, 3/6, 5/6; 0.625 of 5/8 diploid.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check cyvcf2==0.35.0 scikit-allel==1.3.13 numpy==2.4.6
cd "$work"
{
  printf '##fileformat=VCFv4.2\n##contig=<ID=chrX,length=1000>\n##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
  printf '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\tC\tD\n'
  printf 'chrX\t100\t.\tA\tG\t.\t.\t.\tGT\t0/0\t1/1\t0/1\t1/1\n'
  printf 'chrX\t200\t.\tA\tG\t.\t.\t.\tGT\t0\t1\t0/1\t1/1\n'
  printf 'chrX\t300\t.\tA\tG\t.\t.\t.\tGT\t./1\t0/.\t0/0\t1/1\n'
  printf 'chrX\t400\t.\tA\tG,T\t.\t.\t.\tGT\t0/1\t1/2\t2/2\t./.\n'
} > x.vcf
cat > look.py <<'PY'
import re

import allel
import cyvcf2

print("cyvcf2", cyvcf2.__version__)
with open("x.vcf") as file:
    calls = [re.findall(r"\d", " ".join(line.split("\t")[9:])) for line in file if line[0] != "#"]
by_hand = [round(sum(allele != "0" for allele in alleles) / len(alleles), 3) for alleles in calls]
counts = allel.GenotypeArray(allel.read_vcf("x.vcf")["calldata/GT"]).count_alleles()
by_allel = [round(float(1 - each), 3) for each in counts.to_frequencies()[:, 0]]
for how in ({}, {"strict_gt": True}, {"gts012": True}):
    by_cyvcf2 = [round(record.aaf, 3) for record in cyvcf2.VCF("x.vcf", **how)]
    print(how, "cyvcf2", by_cyvcf2, "scikit-allel", by_allel, "by hand", by_hand)
    if not how:
        assert by_cyvcf2 == [0.625, 0.625, 0.375, 0.667], "CHANGED: aaf"
    assert by_cyvcf2[1] == 0.625, "CHANGED: of haploid calls"
assert by_hand == by_allel == [0.625, 0.667, 0.5, 0.833]
PY
venv/bin/python -W error look.py
echo "as seen before"
