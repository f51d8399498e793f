#!/usr/bin/env bash
# cyvcf2 0.35.0: VCF(path, samples=[...]) takes the samples of a list and gives their genotypes in the file's order, not in the
# list's: whoever zips the two has one sample's genotypes under another one's name. `bcftools view -s` keeps the order asked for.
# Of a list with an unknown name the rest is read behind a warning, and of unknown names alone every record, without genotypes.
# Seen: asked for C, A: the first column is A's.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check cyvcf2==0.35.0 pysam==0.24.1
cd "$work"
{
  printf '##fileformat=VCFv4.2\n##contig=<ID=chr1,length=1000>\n##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
  printf '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\tC\n'
  printf 'chr1\t100\t.\tA\tC\t.\t.\t.\tGT\t0/0\t0/1\t1/1\n'
} > three.vcf
venv/bin/python - <<'PY'
import warnings

import cyvcf2
import pysam.bcftools

print("cyvcf2", cyvcf2.__version__)
asked = ["C", "A"]
vcf = cyvcf2.VCF("three.vcf", samples=asked)
first = next(vcf).genotypes[0][:2]
by_bcftools = pysam.bcftools.view("-s", ",".join(asked), "-H", "three.vcf").split("\t")[9]
print("asked for", asked, "- cyvcf2 has", vcf.samples, "first:", first, "- bcftools' first:", by_bcftools)
assert vcf.samples == ["A", "C"] and first == [0, 0], "CHANGED: the order asked for is kept"
assert by_bcftools == "1/1", "CHANGED: bcftools does not keep the order"
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    nobody = cyvcf2.VCF("three.vcf", samples=["D"])
    records = [record.genotypes for record in nobody]
print("asked for D:", nobody.samples, records, [str(each.message) for each in said])
assert nobody.samples == [] and records == [None] and len(said) == 1, "CHANGED: unknown names"
PY
echo "as seen before"
