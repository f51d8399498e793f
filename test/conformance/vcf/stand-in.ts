import { makeTools } from '../../vcf/tools.ts';

/** `node stand-in.ts FOLDER`: the stand-in of tiledbvcf as a program. */
await makeTools(process.argv[2] ?? '');
