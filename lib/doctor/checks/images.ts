import type { ImageAnswer } from '../../contract/ports/account.ts';
import { deployed } from '../deployed.ts';
import { type Check, type Finding, fail, ok, type Scope, unchecked } from '../finding.ts';

interface Fact {
  readonly workload: string;
  /** Undefined where the workload is not deployed. */
  readonly architecture?: string;
  readonly uri?: string;
  readonly answer?: ImageAnswer;
}

/** The image of every deployed job definition is there, for the architecture of its pools. */
export const images: Check<readonly Fact[]> = {
  name: 'images',
  needs: ['batch:DescribeJobDefinitions', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
  notOnTwin: 'jobs are processes there',
  async gather(account, scope) {
    const { map } = await deployed(account, scope);
    const wanted = scope.specs.flatMap(spec =>
      Object.entries(map.workloads[spec.name]?.jobDefinitions ?? {}).map(([architecture, definition]) => ({
        workload: spec.name,
        architecture,
        definition,
      })),
    );
    const missing = scope.specs.filter(spec => !wanted.some(each => each.workload === spec.name));
    const uris = wanted.length === 0 ? {} : await account.images(wanted.map(each => each.definition));
    const found = await Promise.all(
      wanted.map(async ({ workload, architecture, definition }) => {
        const uri = uris[definition];
        if (!uri) return { workload, architecture };
        return { workload, architecture, uri, answer: await account.image(uri) };
      }),
    );
    return [...found, ...missing.map(spec => ({ workload: spec.name }))];
  },
  judge: (facts, scope) => facts.map(fact => judgeImage(fact, scope)),
};

/** Batch's words and those of image manifests. */
const manifestWord = (architecture: string): string => (architecture === 'x86_64' ? 'amd64' : architecture);

function judgeImage({ workload, architecture, uri, answer }: Fact, { config }: Scope): Finding {
  if (!architecture) return fail(`${workload} is in lab.config.ts, and not deployed`, 'npm run deploy');
  const what = `${workload} on ${architecture}`;
  if (!uri || !answer) return fail(`${what} has no active job definition`, 'npm run deploy');
  const own = config.workloads[workload]?.image;
  const again = own ? `workloads.${workload}.image in lab.config.ts` : 'npm run deploy builds and pushes it';
  if (answer.state === 'unknown') return unchecked(`${what}: ${uri}: ${answer.why}`);
  if (answer.state === 'missing') return fail(`${what}: there is no ${uri}: ${answer.message}`, again);
  if (!answer.architectures.includes(manifestWord(architecture)))
    return fail(
      `${what}: ${uri} is for ${answer.architectures.join(', ')}: jobs end with "exec format error"`,
      own
        ? `workloads.${workload}.image in lab.config.ts: one for ${manifestWord(architecture)}`
        : `build it for linux/${manifestWord(architecture)}: npm run deploy`,
    );
  return ok(`${what}: ${shortUri(uri)}`);
}

/** Without the account’s registry, and with little of a digest. */
const shortUri = (uri: string): string =>
  uri.replace(/^\d+\.dkr\.ecr\.[^/]+\//, '').replace(/([0-9a-f]{12})[0-9a-f]{20,}/, '$1…');
