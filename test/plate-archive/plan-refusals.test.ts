import { describeArchives } from '../../jobs/plate-archive/describe-archives.ts';
import type { SpecPorts } from '../../lib/contract/workload/workload.ts';
import { Refused } from './fake-faults.ts';
import { imagesPrefix, PlateLab, plate } from './plate-lab.ts';

/** What a plan tells of the lab's one plate. */
function planned(lab: PlateLab): Promise<readonly string[]> {
  const ports = {
    signal: new AbortController().signal,
    progress: () => undefined,
    place: () => ({ store: lab.s3.store('live'), prefix: '' }),
  } as unknown as SpecPorts;
  const { project, batch } = plate;
  const items = [{ name: plate.plate, labels: { plate_id_full: imagesPrefix.split('/').at(-2)! } }];
  return describeArchives(items, { workload: 'plate-archive', parameters: { project, batch } }, ports);
}
const filled = (): PlateLab => {
  const lab = new PlateLab();
  for (const name of ['a.tif', 'b.tif']) lab.image(name, name);
  return lab;
};
const said = async (lab: PlateLab): Promise<string> => (await planned(lab)).join('\n');

it('a plan names what lies in an archive class', async () => {
  const lab = filled();
  lab.s3.object('live', `${imagesPrefix}b.tif`)!.storageClass = 'DEEP_ARCHIVE';
  expect(await said(lab)).toContain(`has 1 object in an archive class`);
  expect(await said(lab)).toContain(`s3://live/${imagesPrefix}b.tif`);
  expect(await said(lab)).not.toContain('a.tif');
});

it.each([
  [400, 'it is encrypted with a key of its owner’s (SSE-C)'],
  [403, 'neither you nor, maybe, the job may read it'],
])('an object that S3 shows to nobody who asks as a job does is named, %i', async (status, why) => {
  const lab = filled();
  lab.s3.faults = {
    before: operation => {
      if (operation === 'look') throw new Refused('Refused', status);
    },
  };
  expect(await said(lab)).toContain(`s3://live/${imagesPrefix}a.tif cannot be read: ${why}`);
});

it('a source whose requester pays, or that may not be listed, ends the plan', async () => {
  const lab = filled();
  lab.s3.faults = {
    before: operation => {
      if (operation === 'versions' || operation === 'list') throw new Refused('AccessDenied', 403);
    },
  };
  await expect(planned(lab)).rejects.toMatchObject({ code: 'AccessDenied' });
});
