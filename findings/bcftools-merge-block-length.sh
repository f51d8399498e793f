#!/usr/bin/env bash
# bcftools 1.16 (Debian 12) merges two indexed gVCFs of one sample each, whose block at chr1:100 has END=500. As VCF.gz the merged file
# has the block under chr1:300; as BCF, indexed the same way, it does not: the record keeps INFO/END=500, but its length (rlen) is that
# of its REF, 1, which is what the index and queries of regions go by. The BCF made of the merged VCF.gz has it again, and so has what
# merge -g writes.
# Seen: records that overlap chr1:300: 1 in each input, 1 merged to VCF.gz, 0 merged to BCF, 1 in the BCF of the VCF.gz, 1 with -g.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for deb in bcftools=1.16-1 libhts3=1.16+ds-3; do apt-get download -q "$deb" > /dev/null 2>&1; done
for deb in *.deb; do dpkg-deb -x "$deb" root; done
export LD_LIBRARY_PATH="$(dirname "$(find root -name 'libhts.so.3' | head -1)")"
bcftools=$work/root/usr/bin/bcftools
"$bcftools" --version | head -1
for sample in a b; do
  printf '##fileformat=VCFv4.2\n##contig=<ID=chr1,length=1000000>\n##INFO=<ID=END,Number=1,Type=Integer,Description="End">\n##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t%s\nchr1\t100\t.\tA\t<NON_REF>\t.\t.\tEND=500\tGT\t0/0\n' "$sample" \
    | "$bcftools" view -Ob -o "$sample.bcf" -
  "$bcftools" index "$sample.bcf"
done
"$bcftools" merge -Oz -o merged.vcf.gz a.bcf b.bcf
"$bcftools" merge -Ob -o merged.bcf a.bcf b.bcf
"$bcftools" view -Ob -o again.bcf merged.vcf.gz
"$bcftools" merge -g - -Ob -o blocks.bcf a.bcf b.bcf
for file in merged.vcf.gz merged.bcf again.bcf blocks.bcf; do "$bcftools" index "$file"; done
seen=""
for file in a.bcf b.bcf merged.vcf.gz merged.bcf again.bcf blocks.bcf; do
  seen="$seen $("$bcftools" view -H -r chr1:300 "$file" | wc -l)"
done
echo "INFO/END of the merged BCF: $("$bcftools" query -f '%INFO/END' merged.bcf); records over chr1:300 of a, b, merged.vcf.gz, merged.bcf, again.bcf, blocks.bcf:$seen"
[ "$seen" = " 1 1 1 0 1 1" ] || { echo "CHANGED"; exit 1; }
echo "as seen before"
