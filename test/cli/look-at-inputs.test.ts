import { rapidtide } from '../../jobs/rapidtide/spec.ts';
import { inputPlaces, lookAtInputs } from '../../lib/cli/input/look-at-inputs.ts';
import { resolveConfig } from '../../lib/config/resolve-config.ts';
import { describeProblem } from '../../lib/contract/workload/errors.ts';
import { memoryStore } from '../helpers/memory-store.ts';
import { specPortsOf } from '../helpers/spec-ports.ts';

const config = resolveConfig(
  {
    datasets: { scans: { bucket: 'scans', access: 'role', prefix: 'study/' } },
    workloads: { rapidtide: { datasets: { '/data_in': 'scans' } } },
  },
  [rapidtide],
);
async function storeWith(...keys: string[]) {
  const store = memoryStore();
  for (const key of keys) await store.put(key, 'x');
  return store;
}
const denied = (): never => {
  throw new Error('AccessDenied');
};

it('an empty input is a problem with the line to look at, and hidden keys and what does not open are notes with why', async () => {
  const look = async (...keys: string[]) => {
    const store = await storeWith(...keys);
    return lookAtInputs(rapidtide, config, () => store);
  };
  expect(await look('other/scan')).toEqual({
    problems: [
      {
        where: '/data_in of rapidtide',
        message: 'nothing is at s3://scans/study/',
        fix: 'put the data there, or look at datasets.scans in lab.config.ts',
      },
    ],
    notes: [],
  });
  expect(await look('study/a', 'study/a/b')).toEqual({
    problems: [],
    notes: [
      '/data_in: 1 key cannot be seen as files, such as "study/a": study/a/b makes a folder of its name',
    ],
  });
  const closed = async (error: Error) =>
    lookAtInputs(rapidtide, config, () =>
      memoryStore(() => {
        throw error;
      }),
    );
  const notes = (why: string) => ({
    problems: [],
    notes: [`/data_in: s3://scans/study/ was not looked at before: ${why}; jobs look again`],
  });
  expect(await closed(Object.assign(new Error('no'), { name: 'AccessDenied' }))).toEqual(
    notes('you may not list it'),
  );
  expect(await closed(new Error('getaddrinfo ENOTFOUND'))).toEqual(notes('getaddrinfo ENOTFOUND'));
});

describe('the inputs of a preset', () => {
  const request = (parameters: Record<string, string>) => ({
    workload: 'rapidtide',
    parameters: { do: 'bids', task: 'rest', missing: 'refuse', ...parameters },
  });
  const items = ['1', '2', '3'].map(name => ({ name }));
  const ask = async (parameters: Record<string, string>, store = memoryStore()) => {
    const notes: string[] = [];
    const inputs = inputPlaces(rapidtide, config, () => store);
    const problems = await rapidtide.preflight!(
      items,
      request(parameters),
      specPortsOf(store, {
        inputs,
        note: text => void notes.push(text),
      }),
    );
    return { problems, notes };
  };
  const bold = (n: number): string => `study/sub-${n}/func/sub-${n}_task-rest_desc-preproc_bold.nii.gz`;

  it('that are not there are told by name before a host is paid for, and --missing run submits all the same', async () => {
    const store = await storeWith(bold(1), `${bold(2)}.part`);
    expect((await ask({}, store)).problems).toEqual([
      expect.stringMatching(
        /^2 of 3 participants have no input at s3:\/\/scans\/study\/, for example sub-2\/func\/.*: 2, 3; mend the list/,
      ),
    ]);
    expect(await ask({ missing: 'run' }, store)).toEqual({
      problems: [],
      notes: [expect.stringMatching(/^2 of 3 participants have no input/)],
    });
    expect(await ask({}, await storeWith(bold(1), bold(2), bold(3)))).toEqual({ problems: [], notes: [] });
  });

  it('that may not be listed are said not to be checked', async () => {
    expect(await ask({}, memoryStore(denied))).toEqual({
      problems: [],
      notes: ['whether the inputs are at s3://scans/study/ was not checked: it does not open for you'],
    });
  });
});

it.each([
  [{ do: 'script' }, '--do script: needs --script'],
  [{ do: 'hcp', script: 'x.sh' }, '--script: x.sh is for --do script'],
  [{ do: 'copy-test', 'skip-done-if': 'hcp/finished' }, 'names no {item}'],
  [{ do: 'copy-test', 'data-out-from': 's3://b/{item}/' }, 'without s3://'],
  [{ do: 'copy-test', 'data-out-from': 'hcp/{item}' }, 'write / at its end'],
])('%j is refused: %s', async (parameters, text) => {
  const [problem, ...more] = await rapidtide.check!({ workload: 'rapidtide', parameters }, []);
  expect([describeProblem(problem!), more]).toEqual([expect.stringContaining(text), []]);
});
