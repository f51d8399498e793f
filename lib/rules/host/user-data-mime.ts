import { usedLaunchTemplates, userData } from '../reading/environments.ts';
import { hole } from '../reading/value.ts';
import { batchGuide, type Rule, trouble } from '../rule.ts';

export const userDataMime: Rule = {
  id: 'user-data-mime',
  what: 'user data is a MIME multi-part archive: Batch adds a part of its own, and a plain script turns the environment INVALID',
  source: batchGuide('launch-templates'),
  fix: 'MIME-Version: 1.0 and Content-Type: multipart/mixed; boundary="==X==" first, each script after --==X== (CDK: MultipartUserData)',
  check: template =>
    usedLaunchTemplates(template).flatMap(resource => {
      const data = userData(resource);
      if (data === undefined) return [];
      const wrong = wrongWith(data);
      return wrong ? [trouble(resource, data.trimStart().split('\n')[0], wrong)] : [];
    }),
};

function wrongWith(data: string): string | undefined {
  const [head = ''] = data.trimStart().split(/\r?\n\r?\n/);
  // The headers may be in what is not known.
  if (head.includes(hole)) return undefined;
  const boundary = /^content-type:\s*multipart\/[a-z]+;[\s\S]*?boundary="?([^"\s;]+)"?/im.exec(head)?.[1];
  if (!boundary) return 'no MIME multi-part archive';
  if (!/^mime-version:/im.test(head)) return 'no MIME-Version header';
  return data.split(/\r?\n/).some(line => line.trimEnd() === `--${boundary}`) || data.includes(hole)
    ? undefined
    : `no part begins with --${boundary}`;
}
