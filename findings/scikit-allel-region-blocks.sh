#!/usr/bin/env bash
# scikit-allel 1.3.13, read_vcf(region=...) of a gVCF: only records that begin in the region are read. A block of reference calls
# that covers it, and a deletion that reaches into it, begin before: the region has "no data" (None), where bcftools and cyvcf2 give
# both records. What covers a place is not told from what was never sequenced.
# Seen: None for chr1:555-556, which the blocks 200-900 and 550-557 cover.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check scikit-allel==1.3.13 numpy==2.4.6 cyvcf2==0.35.0 pysam==0.24.1
cd "$work"
{
  printf '##fileformat=VCFv4.2\n##contig=<ID=chr1,length=10000>\n##INFO=<ID=END,Number=1,Type=Integer,Description="Last position">\n'
  printf '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\n'
  printf 'chr1\t200\t.\tA\t<NON_REF>\t.\t.\tEND=900\tGT\t0/0\nchr1\t550\t.\tACGTACGT\tA\t.\t.\t.\tGT\t0/1\nchr1\t2000\t.\tA\tC\t.\t.\t.\tGT\t0/1\n'
} > a.vcf
venv/bin/python - <<'PY'
import allel
import cyvcf2
import pysam
import pysam.bcftools

print("scikit-allel", allel.__version__)
path = pysam.tabix_index("a.vcf", preset="vcf")
region = "chr1:555-556"
by_allel = allel.read_vcf(path, region=region, fields=["variants/POS"])
by_cyvcf2 = [record.POS for record in cyvcf2.VCF(path)(region)]
by_bcftools = [int(line.split("\t")[1]) for line in pysam.bcftools.view("-H", path, region).splitlines()]
print(region, "- scikit-allel:", by_allel, "cyvcf2:", by_cyvcf2, "bcftools:", by_bcftools)
assert by_allel is None, "CHANGED: scikit-allel reads what covers the region"
assert by_cyvcf2 == by_bcftools == [200, 550], "CHANGED: the others do not"
PY
echo "as seen before"
