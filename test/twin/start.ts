/** A twin in a process of its own, to be killed: `node start.ts FOLDER` says its address. */
import { startTwin } from '../../lib/twin/twin.ts';

const folder = process.argv[2] ?? '';
startTwin({
  folder,
  projectRoot: folder,
  region: 'us-east-1',
  template: { Resources: {} },
  datasetBuckets: ['data'],
  node: process.execPath,
  tools: [],
}).then(
  twin => {
    process.stdout.write(`${twin.url}\n`);
  },
  error => process.stdout.write(`${(error as Error).message}\n`, () => process.exit(1)),
);
