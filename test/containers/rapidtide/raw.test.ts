import { runRaw } from '../../../containers/rapidtide/raw.ts';
import { rapidtide } from '../../../jobs/rapidtide/spec.ts';
import { parseList } from '../../../lib/contract/list/parse-list.ts';
import { say, scriptedServer } from '../../aws/wire/scripted-server.ts';
import { labOfFile, objectText } from '../lab.ts';

const lab = labOfFile();

/** A job that was submitted by hand, as Batch describes it. */
async function raw(
  argv: readonly string[],
  { index, memory = 512 }: { readonly index?: number; readonly memory?: number } = {},
): Promise<number> {
  const job = {
    parameters: {},
    container: { resourceRequirements: [{ type: 'MEMORY', value: String(memory) }] },
  };
  const batch = await scriptedServer(say(200, JSON.stringify({ jobs: [job] })));
  try {
    const world = lab.world({
      AWS_ENDPOINT_URL_BATCH: batch.url,
      INPUT_BUCKET: 'local',
      AWS_BATCH_JOB_ID: index === undefined ? 'job' : `job:${index}`,
      ...(index === undefined ? {} : { AWS_BATCH_JOB_ARRAY_INDEX: String(index) }),
    });
    return await runRaw(rapidtide.mounts)(world, argv);
  } finally {
    await batch.stop();
  }
}
const write = ['bash', '-c', 'echo "$0" > "$DATA_OUT/$0.txt"', 'ARRAY'];

it.each([
  ['sub-001..sub-003\nsub-009\n', ['sub-001', 'sub-002', 'sub-003', 'sub-009']],
  ['\uFEFFage;participant_id\r\n3;sub-1\r\n4;sub-2\r\n', ['sub-1', 'sub-2']],
])('ARRAY means the participants that lab submit reads of %j', async (text, names) => {
  await lab.store.put('config/participants.txt', text);
  expect(parseList(Buffer.from(text), 'x', rapidtide.item).items.map(item => item.name)).toEqual(names);
  for (const [index, name] of names.entries()) {
    expect(await raw(write, { index })).toBe(0);
    expect(await objectText(lab.store, `${name}.txt`)).toBe(`${name}\n`);
  }
  expect(await raw(write, { index: names.length })).toBe(65);
  expect(lab.log.at(-1)).toContain(`past the ${names.length} participants`);
});

it('a list that is refused at submission is refused here too, with its line', async () => {
  await lab.store.put('config/participants.txt', 'age,sex\n3,F\n');
  expect(await raw(write, { index: 0 })).toBe(70);
  expect(lab.log.at(-1)).toContain('config/participants.txt line 1: none of the columns age, sex is known');
});

it('begins its log with the command that arrived, and leads to JSON', async () => {
  expect(await raw(['true', 'x'])).toBe(0);
  expect(lab.log[0]).toMatch(
    /^512 MiB; command of 2 words: \["true","x"\] \(words missing\? .*--container-overrides '\{"command"/,
  );
});

it('that got 4 MiB is told why', async () => {
  expect(await raw(['true', 'x'], { memory: 4 })).toBe(70);
  expect(lab.log.at(-1)).toMatch(
    /^this job got 4 MiB of memory.*a word such as memory=4.*leaves the command/,
  );
});

it('that fails leaves what it wrote', async () => {
  expect(await raw(['bash', '-c', 'echo half > $DATA_OUT/half; exit 3', 'p 7'])).toBe(3);
  expect(await objectText(lab.store, 'failed/p 7/job.1/half')).toBe('half\n');
  expect(await objectText(lab.store, 'half')).toBeUndefined();
});
