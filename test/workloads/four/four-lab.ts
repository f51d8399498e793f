import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { pypeliner } from '../../../jobs/pypeliner/spec.ts';
import { fakeLab } from '../fake-lab.ts';
import { jobTasks } from '../jobs.ts';
import { months, monthTasks } from '../months.ts';
import { plateDelete, plates, plateTasks } from '../plates.ts';
import { samples, sampleTasks } from '../samples.ts';

const image = `public.ecr.aws/lab/fakes@sha256:${'a'.repeat(64)}`;
const plateBuckets = {
  live: { bucket: 'plates-live', prefix: 'p/' },
  cold: { bucket: 'plates-cold', prefix: 'tars/' },
  proofs: { bucket: 'plates-cold', prefix: 'proofs/' },
};
/** A twin with all four, for a file of tests: up before its first, gone after its last. */
export function fourLab() {
  let lab: Awaited<ReturnType<typeof fakeLab>>;
  beforeAll(async () => {
    lab = await fakeLab({
      workloads: [plates, plateDelete, samples, months, pypeliner],
      tasks: { ...plateTasks, ...sampleTasks, ...monthTasks, ...jobTasks },
      processes: ['samples'],
      config: {
        name: 'four',
        workloads: {
          plates: { image, places: plateBuckets },
          'plate-delete': { image, places: plateBuckets },
          samples: { image, places: { dataset: { bucket: 'variants', prefix: 'all/' } } },
          months: {
            image,
            places: {
              archive: { bucket: 'noise', prefix: 'days/' },
              results: { bucket: 'noise', prefix: 'made/' },
            },
          },
          pypeliner: { image },
        },
      },
    });
  });
  afterAll(() => lab.leave());

  const put = (Bucket: string, Key: string, Body: string) =>
    lab.s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  const keysOf = async (Bucket: string, Prefix: string): Promise<readonly string[]> =>
    ((await lab.s3.send(new ListObjectsV2Command({ Bucket, Prefix }))).Contents ?? []).map(({ Key }) => Key!);
  const json = async (argv: readonly string[]) => JSON.parse((await lab.lab([...argv, '--json'])).out);
  return {
    get lab() {
      return lab;
    },
    put,
    keysOf,
    json,
  };
}

export type FourLab = ReturnType<typeof fourLab>;

export const stepLines = (text: string): readonly string[] =>
  text.split('\n').filter(line => /^ {2}\S+ \d+\/\d+/.test(line));
export const lastLine = (text: string): string => text.trim().split('\n').at(-1)!;
