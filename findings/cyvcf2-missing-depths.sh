#!/usr/bin/env bash
# cyvcf2 0.35.0, depths of a sample without any (./. and no AD, as callers write it) where a record has two or four ALT alleles: the missing
# values of the AD are added up past 32 bits and come out as 2 or 4 reads of ALT, so gt_depths is 2 or 4 and gt_alt_freqs 1.0. Where each
# value is written as ".", they are 0 and 0.0. With one, three or five ALT alleles, all are -1, which is what missing is there.
# Seen: alternative depths -1, 2, -1, 4, -1 of a sample without a call, and frequencies -1, 1, -1, 1, -1, for one to five ALT alleles.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check cyvcf2==0.35.0 numpy==2.4.6 pysam==0.24.1
cd "$work"
venv/bin/python - <<'PY'
import cyvcf2
import pysam

print("cyvcf2", cyvcf2.__version__)
with open("in.vcf", "w") as out:
    out.write('##fileformat=VCFv4.3\n##contig=<ID=chr1,length=1000>\n##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n')
    out.write('##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Depth of each allele">\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tcalled\tnone\tdots\n')
    for alleles in range(1, 6):
        alt = ",".join(("C", "G", "T", "AA", "AC")[:alleles])
        out.write(f"chr1\t{alleles}\t.\tA\t{alt}\t.\t.\t.\tGT:AD\t0/1:{','.join(['7'] * (alleles + 1))}\t./.\t./.:{','.join(['.'] * (alleles + 1))}\n")
with pysam.VariantFile("in.vcf") as file:
    assert all(each is None for record in file for each in record.samples["none"]["AD"]), "CHANGED: pysam reads depths"
seen = {name: [] for name in ("gt_ref_depths", "gt_alt_depths", "gt_depths", "gt_alt_freqs")}
for record in cyvcf2.VCF("in.vcf"):
    for name, values in seen.items():
        values.append(getattr(record, name).tolist())
for name, values in seen.items():
    print(name, "of 1 to 5 ALT alleles - called:", [each[0] for each in values], "none:", [each[1] for each in values], "dots:", [each[2] for each in values])
assert [each[0] for each in seen["gt_depths"]] == [14, 21, 28, 35, 42]
assert [each[1] for each in seen["gt_ref_depths"]] == [-1] * 5, "CHANGED: depths of REF"
assert [each[1] for each in seen["gt_alt_depths"]] == [each[1] for each in seen["gt_depths"]] == [-1, 2, -1, 4, -1], "CHANGED: no AD"
assert [each[1] for each in seen["gt_alt_freqs"]] == [-1, 1, -1, 1, -1], "CHANGED: frequencies without AD"
assert [each[2] for each in seen["gt_alt_depths"]] == [-1, 0, -1, 0, -1], "CHANGED: missing values"
PY
echo "as seen before"
