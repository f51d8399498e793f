# make_samples FOLDER COUNT: single-sample BCFs with their indexes, as bcftools makes them; every third one has blocks like a gVCF.
make_samples() {
  mkdir -p "$1"
  for i in $(seq 1 "$2"); do
    name=$(printf 'NA%05d' "$i")
    awk -v name="$name" -v i="$i" '
    # One reference for all samples.
    function base(at) { return substr("ACGT", at % 4 + 1, 1) }
    BEGIN {
      srand(i)
      print "##fileformat=VCFv4.2"
      print "##FILTER=<ID=LowQual,Description=\"Low quality\">"
      print "##INFO=<ID=END,Number=1,Type=Integer,Description=\"End of the block\">"
      print "##INFO=<ID=AF,Number=A,Type=Float,Description=\"Frequency\">"
      print "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">"
      print "##FORMAT=<ID=AD,Number=R,Type=Integer,Description=\"Depths\">"
      print "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"Depth\">"
      print "##FORMAT=<ID=PL,Number=G,Type=Integer,Description=\"Likelihoods\">"
      for (c = 1; c <= 3; c++) print "##contig=<ID=chr" c ",length=10000000>"
      print "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t" name
      for (c = 1; c <= 3; c++) {
        pos = 100
        for (r = 0; r < 40 + i; r++) {
          pos += 200 + int(rand() * 4000)
          dp = int(rand() * 60)
          if (i % 3 == 0 && r % 2 == 0) {
            end = pos + 100 + int(rand() * 3000)
            printf "chr%d\t%d\t.\t%s\t<NON_REF>\t.\t.\tEND=%d\tGT:DP\t0/0:%d\n", c, pos, base(pos), end, dp
            pos = end
          } else if (r % 11 == 0)
            printf "chr%d\t%d\trs%d\t%s\t%s,%sC\t%.1f\tLowQual\tAF=0.25,0.5\tGT:AD:DP\t1/2:1,2,3:%d\n", c, pos, r, base(pos) base(pos + 1), base(pos), base(pos) base(pos + 1), rand() * 90, dp
          else
            printf "chr%d\t%d\t.\t%s\t%s\t%.1f\tPASS\tAF=0.5\tGT:AD:DP:PL\t0|1:%d,%d:%d:10,0,99\n", c, pos, base(pos), base(pos + 1), rand() * 90, dp / 2, dp / 2, dp
        }
      }
    }' | bcftools view --no-version -Ob -o "$1/$name.bcf" -
    bcftools index -f -c "$1/$name.bcf"
  done
}

# only_on CHROMOSOME FROM NAME: of the BCF FROM what is on one chromosome, as a sample of another name.
only_on() {
  local folder=$(dirname "$2")
  bcftools view --no-version -t "$1" "$2" | sed "s/\t$(basename "$2" .bcf)\$/\t$3/" | bcftools view --no-version -Ob -o "$folder/$3.bcf" -
  bcftools index -f -c "$folder/$3.bcf"
}

# records FILE [REGIONS.bed]: its records field by field, less INFO/END, which exports gain.
records() {
  bcftools annotate --no-version -x INFO/END ${2:+-T "$2"} "$1" 2>/dev/null \
    | bcftools query -f '%CHROM\t%POS\t%ID\t%REF\t%ALT\t%QUAL\t%FILTER\t%INFO/AF[\t%GT\t%AD\t%DP\t%PL]\n' -u -
}
