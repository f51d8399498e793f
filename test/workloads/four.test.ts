import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { pypeliner } from '../../jobs/pypeliner.ts';
import { fakeLab } from './fake-lab.ts';
import { jobTasks } from './jobs.ts';
import { months, monthTasks } from './months.ts';
import { broken, plateDelete, plates, plateTasks } from './plates.ts';
import { killSwitch, samples, sampleTasks } from './samples.ts';

const image = `public.ecr.aws/lab/fakes@sha256:${'a'.repeat(64)}`;
const plateBuckets = {
  live: { bucket: 'plates-live', prefix: 'p/' },
  cold: { bucket: 'plates-cold', prefix: 'tars/' },
  proofs: { bucket: 'plates-cold', prefix: 'proofs/' },
};
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
const stepLines = (text: string): readonly string[] =>
  text.split('\n').filter(line => /^ {2}\S+ \d+\/\d+/.test(line));
const lastLine = (text: string): string => text.trim().split('\n').at(-1)!;

it.each(['members', 'keepers', 'deployer'] as const)('other tools come to the twin as %s', async person => {
  const { out } = await lab.lab(['twin', 'env', '--as', person]);
  expect(out).toContain(`AWS_ACCESS_KEY_ID=${lab.keys[person].accessKeyId}\n`);
});

describe('plates: archive, verify, seal, plate by plate, each step under a role of its own', () => {
  let runId = '';
  const submit = (plate: string, ...more: string[]) =>
    lab.lab(['plate', 'delete', '--plates', plate, ...more]);

  it('one bad plate holds no other, and is told once, at its cause', async () => {
    for (const plate of ['a', 'b', 'c'])
      await put('plates-live', `p/${plate}/1.tif`, plate === 'b' ? broken : plate);
    const ran = await lab.lab(['submit', 'plates', '--plates', 'a,b,c', '--name', 'first batch', '--wait']);
    runId = ran.out.trim();
    expect(ran.code).toBe(4);
    expect(ran.err).toContain('3 plates, as one archive each');
    expect(stepLines(ran.err)).toEqual([
      '  archive 2/3, 1 failed',
      '  verify 2/3, 1 blocked',
      '  seal 2/3, 1 blocked',
    ]);
    expect(ran.err).toContain('1 plate failed (exit code 3): an image cannot be read\n  b\n');
    expect(await keysOf('plates-cold', 'tars/')).toEqual([
      'tars/a.seal',
      'tars/a.tar',
      'tars/c.seal',
      'tars/c.tar',
    ]);
  });

  it('the verifier may not write what it verifies, and the twin’s log says which statement it lacks', async () => {
    const { items } = await json(['status', runId, '--step', 'verify']);
    expect(items.map((row: { facts?: object }) => row.facts)).toEqual([
      { wrote: 'AccessDenied' },
      undefined,
      { wrote: 'AccessDenied' },
    ]);
    expect([items[1].state, items[1].reason]).toEqual(['blocked', 'waits for what failed']);
    expect((await lab.lab(['status', runId, '--json'])).out).not.toContain('Dependent Job');
    expect(lab.refusals).toContainEqual(
      expect.stringMatching(/platesverifier.* s3:PutObject on arn:aws:s3:::plates-cold\/tars\/a\.tar: /),
    );
  });

  it('a retry does the bad plate alone, in every step, and fetch brings what each has made', async () => {
    await put('plates-live', 'p/b/1.tif', 'b');
    const again = await lab.lab(['retry', runId, 'b', '--wait']);
    expect([again.code, again.err]).toEqual([
      0,
      expect.stringContaining('round 1: 1 plate again (archive 1, verify 1, seal 1)'),
    ]);
    const fetched = await lab.lab(['fetch', runId, '--to', 'plates']);
    expect([fetched.code, fetched.err]).toEqual([0, expect.stringContaining('9 files')]);
  });

  it('each step is seen by itself, and so is each round', async () => {
    const ofRound = async (round: string) =>
      (await json(['status', runId, '--round', round])).items.map((row: { name: string; state: string }) => [
        row.name,
        row.state,
      ]);
    expect(await ofRound('0')).toEqual([
      ['a', 'done'],
      ['b', 'failed'],
      ['c', 'done'],
    ]);
    expect(await ofRound('1')).toEqual([['b', 'done']]);
    const verify = await lab.lab(['watch', runId, '--step', 'verify', '--round', '0']);
    expect([verify.code, verify.err]).toEqual([
      4,
      expect.stringContaining('3 items of step verify done, 1 wait'),
    ]);
    expect(verify.err).toContain('unreadable');
    expect(lastLine(verify.err)).toBe(`Next: npx lab retry ${runId} --round 0 --local`);
    const stranger = await lab.lab(['status', runId, 'a', '--round', '1']);
    expect([stranger.code, stranger.err]).toEqual([
      2,
      expect.stringContaining(`a: is in ${runId}, and not in round 1`),
    ]);
    const { counts } = await json(['status', runId, '--round', '1']);
    expect([counts.done, counts.waiting]).toEqual([1, 0]);
    const none = await lab.lab(['watch', runId, '--round', '2']);
    expect([none.code, none.err]).toEqual([
      2,
      expect.stringContaining('has no round 2\n  its rounds: 0 to 1'),
    ]);
    // What names no run is an item of the newest one.
    const proof = await lab.lab(['fetch', 'c', '--step', 'verify', '--to', 'proof']);
    expect([proof.code, proof.err]).toEqual([0, expect.stringContaining('1 file, 6 B; 1 fetched now')]);
    const why = await lab.lab(['logs', 'b', '--round', '0', '--step', 'archive']);
    expect(why.out).toContain('[b] unreadable');
  });

  it('what has failed is done again by its name while others go on, and what goes on is not', async () => {
    const go = join(lab.folder, 'go');
    await put('plates-live', 'p/d/1.tif', broken);
    await put('plates-live', 'p/e/1.tif', `slow:${go}`);
    await put('plates-live', 'p/f/1.tif', broken);
    const run = (await lab.lab(['submit', 'plates', '--plates', 'd,e,f'])).out.trim();
    const states = async () =>
      (await json(['status', run])).items.map((row: { state: string }) => row.state).join();
    while ((await states()) !== 'failed,running,failed') await sleep(100);
    const busy = await lab.lab(['retry', run, 'e']);
    expect([busy.code, busy.err]).toEqual([
      4,
      expect.stringContaining('e: is still under way in step archive'),
    ]);
    await put('plates-live', 'p/d/1.tif', 'd');
    const again = await lab.lab(['retry', run, 'd']);
    expect([again.code, again.err]).toEqual([
      0,
      expect.stringContaining('round 1: 1 plate again (archive 1, verify 1, seal 1)'),
    ]);
    while ((await states()) !== 'done,running,failed') await sleep(100);
    // A round is over before its run is.
    const round = await lab.lab(['watch', run, '--round', '1']);
    expect([round.code, round.err]).toEqual([0, expect.stringContaining('all 1 plate done')]);
    expect(lastLine(round.err)).toBe(`Next: npx lab fetch ${run} --round 1 --local`);
    await writeFile(go, '');
    const step = await lab.lab(['watch', run, '--step', 'archive', '--json']);
    expect(step.code).toBe(4);
    expect(
      step.out
        .split('\n')
        .filter(line => /"event":"(counts|ended)"/.test(line))
        .at(-1),
    ).toContain(`"event":"ended","run":"${run}","step":"archive","done":2,"partial":0,"failed":1`);
    const end = await lab.lab(['watch', run]);
    expect([end.code, end.err]).toEqual([4, expect.stringContaining('archive 2/3, verify 2/3, seal 2/3')]);
  });

  it('a retry of a round is of what that round had, and every choice narrows it', async () => {
    const dry = (...words: string[]) => lab.lab(['retry', 'latest', ...words, '--dry-run']);
    expect((await dry('--round', '1')).err).toContain('nothing to retry');
    expect((await dry('f', '--round', '1')).err).toContain('no plate is all of what was asked for');
    expect((await dry('x', '--round', '1')).err).toContain('x: is no plate of');
    await put('plates-live', 'p/f/1.tif', 'f');
    const again = await lab.lab(['retry', 'latest', '--round', '0', '--wait']);
    expect([again.code, again.err]).toEqual([
      0,
      expect.stringContaining('round 2: 1 plate again (archive 1, verify 1, seal 1)'),
    ]);
  });

  it('lab runs says how each stands, what was asked, and how long it took', async () => {
    const { out } = await lab.lab(['runs', 'plates']);
    expect(out.split('\n').slice(0, 3)).toEqual([
      expect.stringMatching(/^run +workload +state +done +took +what$/),
      expect.stringMatching(/ plates +done +3\/3 +\d+s$/),
      expect.stringMatching(/ plates +done +3\/3 +\d+s +first batch$/),
    ]);
  });

  it('members may not submit the deleter: keepers do, once they have said the word', async () => {
    const refused = await submit('a,', '--confirm', 'delete-1');
    expect(refused.code).toBe(3);
    expect(refused.err).toMatch(/batch:SubmitJob/);
    expect(lab.refusals.at(-1)).toMatch(/members.* batch:SubmitJob on .*plate-delete-x86/);
    const dry = await lab.lab(['plate', 'delete', '--plates', 'a,'], { as: 'keepers' });
    expect([dry.code, lastLine(dry.err)]).toEqual([
      0,
      'Next: npx lab submit plate-delete --plates a, --local --confirm delete-1',
    ]);
    expect(await keysOf('plates-live', 'p/a/')).toHaveLength(1);
    const done = await lab.lab(['plate', 'delete', '--plates', 'a,', '--confirm', 'delete-1', '--wait'], {
      as: 'keepers',
    });
    expect([done.code, await keysOf('plates-live', 'p/a/')]).toEqual([0, []]);
  });

  it('the deleter’s role deletes what it names by its content, and nothing else', async () => {
    const deleter = await lab.s3As('arraylab-four-plate-delete-x86');
    const at = { Bucket: 'plates-live', Key: 'p/c/1.tif' };
    await expect(deleter.send(new DeleteObjectCommand(at))).rejects.toThrow(
      /not authorized to perform: s3:DeleteObject/,
    );
    const { ETag } = await deleter.send(new HeadObjectCommand(at));
    await deleter.send(new DeleteObjectCommand({ ...at, IfMatch: ETag }));
    expect(await keysOf('plates-live', 'p/c/')).toEqual([]);
    const elsewhere = { Bucket: 'plates-cold', Key: 'tars/c.tar', IfMatch: '"x"' };
    await expect(deleter.send(new DeleteObjectCommand(elsewhere))).rejects.toThrow(/not authorized/);
  });
});

describe('samples: create, store, consolidate, verify', () => {
  const names = Array.from({ length: 12 }, (_, at) => `s${at + 10}`);
  const fragments = async () =>
    (await keysOf('variants', 'all/fragments/')).map(key => key.slice('all/fragments/'.length).split('.')[0]);

  it('a store that is killed half way goes on in other shards, and no sample is there twice', async () => {
    await put('variants', `all/${killSwitch}`, 'on');
    const first = await lab.lab(['submit', 'samples', '--samples', names.join(), '--wait']);
    const runId = first.out.trim();
    expect(first.code).toBe(4);
    expect(stepLines(first.err)).toEqual([
      '  create 12/12',
      '  store 0/12, 12 failed',
      '  consolidate 0/12, 12 blocked',
      '  verify 0/12, 12 blocked',
    ]);
    expect(await fragments()).toHaveLength(9);
    await lab.s3.send(new DeleteObjectCommand({ Bucket: 'variants', Key: `all/${killSwitch}` }));
    const again = await lab.lab(['retry', runId, '--items-per-shard', '5', '--memory', 'x2', '--wait']);
    expect(again.err).toContain('round 1: 12 samples again (store 12, consolidate 12, verify 12)');
    expect([again.code, await fragments()]).toEqual([0, names]);
    const { items } = await json(['status', runId, '--step', 'store']);
    // Six were done when the three containers were killed, and three half done: the rest is two in each new shard.
    expect(items.map((row: { facts: { stored: number } }) => row.facts.stored)).toEqual(Array(12).fill(2));
    expect(again.err).toMatch(/store +3 +an array +1 +1,024/);
    expect(again.err).toMatch(/\n {2}store: at most (.* of (512 MiB|1 GiB) memory, )?.* an item\n/);
  });
});

describe('months over days and pairs', () => {
  const archive = (...days: string[]) => Promise.all(days.map(day => put('noise', `days/${day}`, 'wave')));
  const all = ['01', '02'].flatMap(month => ['01', '02', '03'].map(day => `2019-${month}-${day}`));
  const submit = (...more: string[]) =>
    lab.lab(['submit', 'months', '--start', '2019-01', '--end', '2019-02', ...more, '--wait']);
  const rows = async (runId: string) =>
    (await json(['status', runId])).items.map((row: { name: string; state: string; step: string }) => [
      row.name,
      row.state,
      row.step,
    ]);

  it('a secret that nobody has filled is told before anything is submitted', async () => {
    const refused = await submit();
    expect([refused.code, refused.err]).toEqual([
      2,
      expect.stringContaining(
        'months/fdsn: its secret still holds the placeholder\n  npx lab secret set months/fdsn',
      ),
    ]);
    const wrong = await lab.lab(['secret', 'set', 'months/fdsn'], {
      stdin: Readable.from(['{"username":"ann"}']),
    });
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('holds no username and password')]);
    const stdin = Readable.from(['{"username":"ann","password":"x"}']);
    const set = await lab.lab(['secret', 'set', 'months/fdsn'], { stdin });
    expect([set.code, set.err]).toEqual([0, expect.stringContaining('months/fdsn is stored')]);
  });

  it('a bad day fails its month, blocks the report, and is done again with what was stacked without it', async () => {
    await archive(...all);
    await put('noise', 'days/2019-01-02', 'noise');
    const first = await submit();
    const runId = first.out.trim();
    expect(first.code).toBe(4);
    expect(stepLines(first.err)).toEqual([
      '  day 5/6, 1 failed',
      '  stack 2/4, 2 failed',
      '  report 0/2, 2 blocked',
    ]);
    expect(await rows(runId)).toEqual([
      ['2019-01', 'failed', 'day'],
      ['2019-02', 'blocked', 'report'],
    ]);
    const { items } = await json(['status', runId, '--step', 'day']);
    expect(items[0].facts).toEqual({ as: 'ann' });
    await archive('2019-01-02');
    const one = await lab.lab(['retry', runId, '2019-01-02', '--step', 'day', '--dry-run']);
    expect([one.code, one.err]).toEqual([0, expect.stringMatching(/^day +1 /m)]);
    const none = await lab.lab(['retry', runId, '2019-03-09', '--step', 'day']);
    expect([none.code, none.err]).toEqual([2, expect.stringContaining('nor an item of its step day')]);
    const again = await lab.lab(['retry', runId, '--wait']);
    expect(again.err).toContain('(day 1, stack 2, report 2)');
    expect([again.code, await rows(runId)]).toEqual([
      0,
      [
        ['2019-01', 'done', 'report'],
        ['2019-02', 'done', 'report'],
      ],
    ]);
  });

  it('a day that is nowhere leaves its month partial where that is allowed, until it is filled in', async () => {
    await lab.s3.send(new DeleteObjectCommand({ Bucket: 'noise', Key: 'days/2019-02-03' }));
    const first = await submit('--allow-missing', '1');
    const runId = first.out.trim();
    expect([first.code, first.err]).toEqual([0, expect.stringContaining('1 of them with something missing')]);
    const { items } = await json(['status', runId]);
    expect(items[1]).toMatchObject({ name: '2019-02', state: 'partial' });
    expect(items[1].steps[1].missing[0]).toEqual({ name: '2019-02-03', reason: 'was not correlated' });
    expect(await json(['retry', runId])).toMatchObject({ event: 'nothing to retry', done: 1, partial: 1 });
    expect(lastLine((await lab.lab(['retry', runId])).err)).toMatch(/^Next: npx lab retry \S+ --partial/);
    expect(lastLine((await lab.lab(['retry', runId, '2019-02'])).err)).toBe(
      `Next: npx lab retry ${runId} 2019-02 --partial --local`,
    );
    expect((await lab.lab(['runs'])).out).toMatch(/partial +1\/2/);
    expect((await lab.lab(['why', runId])).err).toContain('1 done with something missing');
    expect((await lab.lab(['fetch', runId])).err).toMatch(
      /with something missing: 2019-02\n|nothing to fetch/,
    );
    await archive('2019-02-03');
    const again = await lab.lab(['retry', runId, '--partial', '--wait']);
    expect(again.err).toContain('(day 1, stack 2, report 2)');
    expect((await rows(runId)).map(([, state]: string[]) => state)).toEqual(['done', 'done']);
  });
});

type Answer = Record<'run' | 'name' | 'text', string> & { readonly after: boolean };

describe('an open run: jobs of different sizes that come one after the other', () => {
  it('24 jobs are sent, waited for and received by name, and stand in one ledger', async () => {
    const head = await openHead();
    const { run } = await head.ask('hello', { protocol: 1 });
    const received = new Map<string, Answer>();
    const names = Array.from({ length: 24 }, (_, at) => `job-${at}`);
    for (let wave = 0; wave < 3; wave++) {
      for (const [at, name] of names.slice(wave * 8, wave * 8 + 8).entries()) {
        const payload = join(lab.folder, name);
        await writeFile(payload, name === 'job-7' ? 'echo no; exit 5' : 'true');
        const resources = {
          vcpus: 1 + (at % 2),
          memoryMiB: 256 * (1 + (at % 3)),
          market: at % 4 === 0 ? 'on-demand' : 'spot',
        };
        await head.ask('send', { name, fingerprint: 'f', payload, resources });
      }
      // The next ones come while some of these are under way.
      for (let ends = 0; ends < (wave === 2 ? 16 : 4); ends++) {
        const { name } = await head.ask('wait', { timeoutMs: 20_000 });
        received.set(name, await head.ask('receive', { name, file: join(lab.folder, 'after') }));
      }
    }
    await head.end();
    expect([...received.keys()].sort()).toEqual([...names].sort());
    expect([...received].filter(([, { after }]) => !after)).toEqual([
      ['job-7', { after: false, host: expect.anything(), text: expect.stringContaining('exit code 64') }],
    ]);
    const { counts, items } = await json(['status', run]);
    expect(counts).toMatchObject({ done: 23, failed: 1 });
    const lanes = new Set(
      items.map((row: { steps: { lane: object }[] }) => JSON.stringify(row.steps[0]!.lane)),
    );
    expect(lanes.size).toBeGreaterThanOrEqual(6);
  });

  async function openHead() {
    const stdin = new PassThrough();
    const waiting = new Map<number, (answer: never) => void>();
    let rest = '';
    let last = 0;
    const ended = lab.lab(['queue', 'serve'], {
      stdin,
      onOut: text => {
        const lines = (rest + text).split('\n');
        rest = lines.pop()!;
        for (const line of lines) {
          const answer = JSON.parse(line) as { id: number; ok?: never; error?: object };
          waiting.get(answer.id)!((answer.ok ?? answer) as never);
        }
      },
    });
    return {
      ask: (op: string, values: object): Promise<Answer> =>
        new Promise(done => {
          waiting.set(++last, done);
          stdin.write(`${JSON.stringify({ id: last, op, ...values })}\n`);
        }),
      async end() {
        stdin.end();
        expect((await ended).code).toBe(0);
      },
    };
  }
});
