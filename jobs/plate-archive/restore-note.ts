import { counted } from '../../lib/contract/workload/number-text.ts';
import type { InventoryHead } from './format/inventory.ts';
import type { Seal } from './format/seal.ts';

/** RESTORE.txt beside every archive: how to get its files back with tools that everybody has, and which of them are exact. */
export const restoreNote = (
  head: InventoryHead,
  { inventory, tars, indexTar, storageClass }: Seal,
): string => `Plate ${head.plate} (${head.plateFull}), project ${head.project}, batch ${head.batch}
Archived as of ${head.frozenAt} from s3://${head.bucket}/: ${counted(head.objects, 'object')}, ${head.bytes} bytes, in ${counted(tars.length, 'tar')}.
Inventory SHA-256 ${inventory}

WITHOUT ARRAYLAB

1. The tars lie in tars/, those with numbers and ${indexTar.name}. They are of class ${storageClass} once they were verified:
   ask for readable copies first where that is a cold class (aws s3api restore-object), and wait.
2. Download them all:           aws s3 cp --recursive s3://…/tars/ tars/
3. Unpack them in one folder:   mkdir plate; for t in tars/*.tar; do LC_ALL=C.UTF-8 tar -xf "$t" -C plate || echo "$t"; done
4. Prove that all is there:     cd plate && sed 's/%25/%/g' manifest-sha256.txt | sha256sum --quiet -c -
   No reader's exit code says that a tar is whole: GNU tar, bsdtar, Python's tarfile and ratarmount all end with 0 on a tar
   that lost its tail. The manifest says it, and names every file. (Lines with %0A or %0D are names with a line end, which sha256sum cannot be
   given: compare those alone. The folder is a bag of BagIt 1.0, where %25 is a percent sign; bagit.py 1.8.1 does not know
   that, nor blanks at the end of a name, and calls such files missing.)

ONE FILE

index.ndjson has a line for every object: key, tar, offset, size, SHA-256. Its bytes are
   aws s3api get-object --bucket … --key …/tars/NAME --range bytes=OFFSET-LAST out      (LAST = OFFSET + size - 1)
or from a tar on disk, exactly, whatever is in the name (names end with NUL):
   printf 'data/%s\\0' 'KEY' | tar --null --no-wildcards -T - -xf NAME
Not exact: bsdtar takes names as patterns, also those of -T: a[1].tif gives a1.tif. GNU tar without --null reads
backslashes in names as escapes. ratarmount keeps an index by the tar's size: use --verify-mtime.

NAMES

A file is data/ and the object's key. Keys that some reader would lose or rename are below data/%escaped/, with % behind:
%empty is nothing between two slashes, %2E a dot, %25 a percent sign, %00 a NUL, %XX a byte of UTF-8, and %+ joins pieces of
a part that was too long. The true key is in index.ndjson. Empty objects whose key ends in a slash are in the index alone.
`;
