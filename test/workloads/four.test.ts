import { fourLab } from './four/four-lab.ts';
import { monthsTold } from './four/months.ts';
import { openRunTold } from './four/open-run.ts';
import { platesTold } from './four/plates.ts';
import { samplesTold } from './four/samples.ts';

const four = fourLab();

it.each(['members', 'keepers', 'deployer'] as const)('other tools come to the twin as %s', async person => {
  const { out } = await four.lab.lab(['twin', 'env', '--as', person]);
  expect(out).toContain(`AWS_ACCESS_KEY_ID=${four.lab.keys[person].accessKeyId}\n`);
});

platesTold(four);
samplesTold(four);
monthsTold(four);
openRunTold(four);
