import { laneOfJob } from '../../lib/cli/queue/lane-of-job.ts';
import type { LabError } from '../../lib/contract/workload/errors.ts';
import { config, job, lab, small, spec } from './open-lab.ts';

describe('an image that a job’s context names', () => {
  const lane = (image: string) => laneOfJob(spec, config, { ...small, image });

  it('is a kind of jobs, by its name or by its URI', async () => {
    expect([lane('bwa').kind, lane('quay.io/lab/bwa:0.7').kind]).toEqual(['bwa', 'bwa']);
    const { head, batch } = lab();
    await head().submit([job('a'), job('b', { ...small, image: 'bwa' })]);
    expect(batch.jobs.map(each => each.job.jobDefinition)).toEqual([
      'arraylab-lab-pypeliner-x86',
      'arraylab-lab-pypeliner-bwa-x86',
    ]);
  });

  it('has to be listed', () => {
    const problemOf = (image: string) => {
      try {
        return String(lane(image).kind);
      } catch (error) {
        return (error as LabError).problems[0];
      }
    };
    expect(problemOf('bwq')).toMatchObject({ where: 'docker_image bwq', fix: 'did you mean bwa?' });
    expect(problemOf('quay.io/else/star:2')).toMatchObject({
      message: expect.stringContaining('its kinds are bwa'),
      fix: expect.stringContaining("{ base: 'quay.io/else/star:2' }"),
    });
  });
});

it('more scratch than a job has is refused', () => {
  expect(() => laneOfJob(spec, config, { ...small, scratchGiB: 500 })).toThrow('disk 500');
});
