import { createRequire } from 'node:module';

type Sequencers = typeof import('@jest/test-sequencer', { with: { 'resolution-mode': 'require' }});
// Its types are those of its CommonJS.
const { default: Sequencer } = createRequire(import.meta.url)('@jest/test-sequencer') as Sequencers;
type Tests = Parameters<InstanceType<typeof Sequencer>['sort']>[0];

/** Of the whole of `npm test`: what takes over six seconds of it. */
const long = [
  'cli/rehearse',
  'workloads/four',
  'cli/steady-look',
  'cli/run',
  'plate-archive/whole-way',
  'vcf/tasks',
  'vcf/whole-way',
  'workloads/ambient-noise',
  'rules/our-stack',
  'cli/faults',
  'containers/runtime/shard-interrupted',
].map(name => `/test/${name}.test.ts`);

/**
 * Jest knows how long a file takes where it has run before. In a clone it goes by their size, begins a long one that is a small file
 * last, and one worker is at work where there were three.
 */
export default class LongestFirst extends Sequencer {
  override sort(tests: Tests): Tests {
    const sorted = super.sort(tests) as Tests;
    if (sorted.some(test => test.duration !== undefined)) return sorted;
    return long
      .flatMap(end => sorted.filter(({ path }) => path.endsWith(end)))
      .concat(sorted.filter(({ path }) => !long.some(end => path.endsWith(end))));
  }
}
