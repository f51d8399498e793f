import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { FourLab } from './four-lab.ts';

type Answer = Record<'run' | 'name' | 'text', string> & { readonly after: boolean };

export const openRunTold = (four: FourLab): void =>
  describe('an open run: jobs of different sizes that come one after the other', () => {
    const { json } = four;
    it('24 jobs are sent, waited for and received by name, and stand in one ledger', async () => {
      const head = await openHead();
      const { run } = await head.ask('hello', { protocol: 1 });
      const received = new Map<string, Answer>();
      const names = Array.from({ length: 24 }, (_, at) => `job-${at}`);
      for (let wave = 0; wave < 3; wave++) {
        for (const [at, name] of names.slice(wave * 8, wave * 8 + 8).entries()) {
          const payload = join(four.lab.folder, name);
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
          received.set(name, await head.ask('receive', { name, file: join(four.lab.folder, 'after') }));
        }
      }
      await head.end();
      expect([...received.keys()].sort()).toEqual([...names].sort());
      expect([...received].filter(([, { after }]) => !after)).toEqual([
        [
          'job-7',
          {
            after: false,
            host: expect.anything(),
            text: expect.stringContaining('failed: exit code 5, the tool failed, on '),
          },
        ],
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
      const ended = four.lab.lab(['queue', 'serve'], {
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
