import { Writable } from 'node:stream';
import { commandNamed } from '../../lib/cli/commands.ts';
import type { Context } from '../../lib/cli/context.ts';
import { readArgs } from '../../lib/cli/input/parse-args.ts';
import { nameOf, run, type VirtualLab } from './virtual-lab.ts';

/** `lab status --json` or `lab fetch` of a run, written to nobody: each download is counted, and is none. */
export async function verb(
  name: 'status' | 'fetch',
  { store, batch }: VirtualLab,
  plan: { readonly request: unknown; readonly createdAt: string },
  items: number,
): Promise<void> {
  const taken = { bytes: 0, files: 0 };
  const out = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      taken.bytes += chunk.length;
      done();
    },
  });
  const { request, createdAt } = plan;
  const own: Readonly<Record<string, unknown>> = {
    'rounds/0/plan.json': plan,
    'request.json': { version: 2, runId: run.runId, lab: 'lab', request, items, createdAt },
  };
  const connection = {
    batch,
    store: {
      ...store,
      get: async (key: string, range?: readonly [number, number]) => {
        const found = Object.keys(own).find(each => key.endsWith(`/${each}`));
        return found ? Buffer.from(JSON.stringify(own[found])) : store.get(key, range);
      },
      download: async () => void taken.files++,
    },
  };
  const context = {
    io: { out, err: out },
    json: true,
    suffix: '',
    argv: [name],
    cwd: '/nowhere',
    signal: new AbortController().signal,
    workloads: [
      { name: 'bench', item: { one: 'item', many: 'items' }, steps: [{ name: 'run', takes: 'item' }] },
    ],
    connect: async () => connection,
    say: () => {},
    print: (text: string) => out.write(text),
  };
  const command = (await commandNamed(name, []))!;
  await command.run(context as unknown as Context, readArgs([run.runId], command.options, name));
  // What did less than all would be cheap.
  const isWhole =
    name === 'fetch' ? taken.files >= items * 0.9 : taken.bytes > items * (500 + nameOf(0).length);
  if (!isWhole) throw new Error(`only ${taken.bytes} bytes and ${taken.files} files were written`);
}
