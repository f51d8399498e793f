import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { workloads } from '../jobs/index.ts';
import { withGenerated } from '../lib/build/npm-scripts.ts';
import { refuseWords } from './no-words.mts';

refuseWords('generate');

const path = join(dirname(import.meta.dirname), 'package.json');
const content = JSON.parse(await readFile(path, 'utf8')) as { scripts: Record<string, string> };
content.scripts = withGenerated(content.scripts, workloads);
await writeFile(path, `${JSON.stringify(content, null, 2)}\n`);
