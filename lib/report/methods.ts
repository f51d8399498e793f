import type { RunFacts } from './facts.ts';
import { quantity, spanOf } from './page/html.ts';

/** What a paper says of a run: what was done, with what, on what, and what is missing. */
export function methods(facts: RunFacts): string {
  const { counts, items, noun, usage, provenance, sizes } = facts;
  const total = items.names.length;
  const done = counts.done + counts.partial;
  const again = items.attempts.filter(count => count > 1).length;
  const types = usage.types.map(each => each.type).filter(type => type !== 'unknown');
  const images =
    provenance.images.length > 0 ? ` in the container image ${provenance.images.join(', ')}` : '';
  const jobs = sizes
    .map(
      ({ step, asked }) =>
        `${sizes.length > 1 ? `${step}: ` : ''}${asked.vcpus} ${asked.vcpus === 1 ? 'vCPU' : 'vCPUs'} and ${quantity(asked.memoryMiB / 1024)} GiB of memory`,
    )
    .join('; ');
  const times = sizes.flatMap(({ step, time }) =>
    time ? [`${sizes.length > 1 ? `${step}: ` : ''}${spanOf(time.p50)}`] : [],
  );
  const parameters = Object.entries(provenance.parameters).map(([name, value]) => `${name} ${value}`);
  return [
    `${facts.title} was run over ${quantity(total)} ${noun.many} with Arraylab ${provenance.version}${provenance.commit ? ` (configuration at commit ${provenance.commit.slice(0, 12)})` : ''} on AWS Batch in ${facts.region}, between ${facts.createdAt.slice(0, 10)} and ${(facts.lastAt ?? facts.createdAt).slice(0, 10)}${images}.`,
    jobs ? `Jobs had ${jobs}${types.length > 0 ? `, on ${types.join(', ')} instances` : ''}.` : '',
    parameters.length > 0 ? `Parameters: ${parameters.join(', ')}.` : '',
    `${quantity(done)} of ${quantity(total)} ${noun.many} (${((100 * done) / Math.max(1, total)).toFixed(1)} %) were completed${counts.partial > 0 ? `, ${quantity(counts.partial)} of them with part of their input missing` : ''}; ${quantity(again)} needed more than one attempt.`,
    times.length > 0 ? `The median time was ${times.join('; ')}.` : '',
    `The list of ${noun.many} has the SHA-256 ${provenance.manifestSha256.slice(0, 16)}… (run ${facts.run}).`,
  ]
    .filter(sentence => sentence !== '')
    .join(' ');
}
