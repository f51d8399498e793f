import { findRun, listRuns } from '../../lib/runs/stored-run.ts';
import { memoryStore } from '../helpers/memory-store.ts';

it('runs are listed a thousand a request, and a whole id is looked up without a listing', async () => {
  const calls: string[] = [];
  const store = memoryStore(call => void calls.push(call.split(' ')[0]!));
  const id = (run: number): string => `20260101t${String(run).padStart(6, '0')}z-00000a`;
  for (let run = 0; run < 50; run++)
    for (const key of ['manifest', 'request.json', 'done/0/run/0000000'])
      store.objects.set(`runs/${run % 2 ? 'a' : 'b'}/${id(run)}/${key}`, Buffer.alloc(0));
  expect((await listRuns(store, ['a', 'b'])).map(run => run.runId)).toEqual(
    Array.from({ length: 50 }, (_, run) => id(49 - run)),
  );
  expect(calls).toEqual(['folders', 'folders']);
  calls.length = 0;
  expect(await findRun(store, id(7), ['a', 'b'])).toEqual({ workload: 'a', runId: id(7) });
  expect(calls).toEqual(['head']);
});
