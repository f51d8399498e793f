/**
 * The built-in test of a lab's set-up: copies a file of the participant from the input to the output and compares. Fails
 * where the original said COPY FAILED and exited 0. Runs by `bash -c script simple-cp-test <participant>`.
 */
export const copyTest = `
set -uo pipefail
if [ $# -ne 1 ]; then echo "simple-cp-test takes one participant, or ARRAY" >&2; exit 2; fi
id=$1
in="\${DATA_IN:-/data_in}/HCP_1200/$id/release-notes/bedpostx.txt"
out="\${DATA_OUT:-/data_out}/HCP_1200/$id/testfile"
echo "COPY $id"
if [ ! -f "$in" ]; then echo "there is no $in" >&2; echo "COPY FAILED"; exit 65; fi
mkdir -p "$(dirname "$out")" && cp "$in" "$out" && cmp "$in" "$out" || { echo "COPY FAILED"; exit 1; }
rm -f "$out"
echo "COPY PASSED"
`;
