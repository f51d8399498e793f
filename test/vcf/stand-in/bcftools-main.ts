import { bcftools } from './bcftools.ts';

process.exitCode = bcftools(process.argv.slice(2));
