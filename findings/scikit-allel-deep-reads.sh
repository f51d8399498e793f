#!/usr/bin/env bash
# scikit-allel 1.3.13, read_vcf of depths and qualities of calls, which the header has as Integer: DP and AD are read into 16 bits, GQ into 8,
# and what is larger goes round, without a word. 70,000 reads (mitochondria, amplicons, pools) are 4,464, 33,003 are -32,533, of 40,000 and 30,000
# reads of two alleles the first are -25,536, and a GQ of 140 is -116, below every threshold. INFO/DP of the same record, and PL, have 32 bits and are
# right; so is all of it with types={"calldata/DP": "i4", ...}. cyvcf2 reads the same file's depths as they are. Zarr and HDF5 made by it are alike.
# Seen: DP 4464 and -32533 of 70000 and 33003, AD -25536 and 30000 of 40000 and 30000, GQ -116 of 140.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check scikit-allel==1.3.13 numpy==2.4.6 cyvcf2==0.35.0
cd "$work"
{
  printf '##fileformat=VCFv4.2\n##contig=<ID=chrM,length=16569>\n##INFO=<ID=DP,Number=1,Type=Integer,Description="Depth">\n'
  printf '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Depth of each allele">\n'
  printf '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">\n##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Quality">\n'
  printf '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\n'
  printf 'chrM\t100\t.\tA\tG\t50\tPASS\tDP=103003\tGT:AD:DP:GQ\t0/1:40000,30000:70000:99\t1/1:3,33000:33003:140\n'
} > deep.vcf
venv/bin/python -W error - <<'PY'
import allel
import cyvcf2

print("scikit-allel", allel.__version__)
fields = ["calldata/DP", "calldata/AD", "calldata/GQ", "variants/DP"]


def read(**types):
    got = allel.read_vcf("deep.vcf", fields=fields, **types)
    return got["calldata/DP"][0].tolist(), got["calldata/AD"][0, :, :2].tolist(), got["calldata/GQ"][0].tolist(), int(got["variants/DP"][0])


record = next(cyvcf2.VCF("deep.vcf"))
true = (*(record.format(name)[:, 0].tolist() if name != "AD" else record.format(name).tolist() for name in ("DP", "AD", "GQ")), record.INFO["DP"])
seen, wide = read(), read(types={"calldata/DP": "i4", "calldata/AD": "i4", "calldata/GQ": "i4"})
print("scikit-allel:           ", seen)
print("cyvcf2:                 ", true)
print("scikit-allel with types:", wide)
assert true == wide == ([70000, 33003], [[40000, 30000], [3, 33000]], [99, 140], 103003)
assert seen == ([4464, -32533], [[-25536, 30000], [3, -32536]], [99, -116], 103003), "CHANGED: depths that do not fit"
PY
echo "as seen before"
