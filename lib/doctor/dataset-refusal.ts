import type { Refusal } from '../contract/ports/account.ts';
import type { Dataset } from '../contract/workload/config.ts';

export interface Told {
  /** One clear sentence, without a full stop. */
  readonly text: string;
  readonly fix: string;
}

/**
 * Why a dataset did not open, as a person has to hear it. `region` is where S3 says that the bucket is.
 * Codes: docs.aws.amazon.com/AmazonS3, ErrorResponses.
 */
export function explainRefusal(name: string, dataset: Dataset, refusal: Refusal, region?: string): Told {
  const address = `s3://${dataset.bucket}/${dataset.prefix}`;
  const code = refusal.name;
  if (/^NoSuchBucket$|^NotFound$/.test(code))
    return {
      text: `there is no bucket ${dataset.bucket}`,
      fix: `mend datasets.${name}.bucket in lab.config.ts`,
    };
  if (/^InvalidAccessKeyId$/.test(code))
    return {
      text: 'AWS knows no such access key id: it was copied wrongly, or replaced since',
      fix: 'copy both keys again from the dataset’s owner',
    };
  if (/^SignatureDoesNotMatch$/.test(code))
    return {
      text: 'the secret access key is not the one of this access key id',
      fix: 'copy the secret access key again, whole and without blanks',
    };
  if (/^(ExpiredToken|InvalidToken|TokenRefreshRequired)/.test(code))
    return {
      text: 'these are temporary keys, and they have ended',
      fix: 'get lasting ones from the dataset’s owner',
    };
  if (/Skewed|RequestExpired/.test(code))
    return { text: 'this machine’s clock differs from AWS’s by minutes', fix: 'set the clock' };
  if (isElsewhere(code, refusal.status) || (region !== undefined && region !== dataset.region))
    return elsewhere(name, dataset, region);
  if (/^(AccessDenied|Forbidden|AllAccessDisabled|AccountProblem)$/.test(code) || refusal.status === 403)
    return denied(name, dataset, address);
  if (/ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|TimeoutError/.test(`${code} ${refusal.message}`))
    return {
      text: `${address} is not reached: ${refusal.message}`,
      fix: 'look at the network and its proxy',
    };
  return {
    text: `${address} does not open: ${code}: ${refusal.message}`,
    fix: `look at datasets.${name} in lab.config.ts`,
  };
}

const isElsewhere = (code: string, status: number | undefined): boolean =>
  /^(PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraintException|301)$/.test(code) ||
  status === 301;

export function elsewhere(name: string, { bucket, region }: Dataset, actual: string | undefined): Told {
  return {
    text: actual
      ? `bucket ${bucket} is in ${actual}, and lab.config.ts says ${region}`
      : `bucket ${bucket} is not in ${region}`,
    fix: `datasets.${name}.region: ${actual ? `'${actual}'` : 'the bucket’s own'} in lab.config.ts`,
  };
}

function denied(name: string, dataset: Dataset, address: string): Told {
  const bucketFix = `datasets.${name}.access in lab.config.ts`;
  switch (dataset.access) {
    case 'keys':
      return {
        text: `the keys are good, but may not list ${address}`,
        fix: 'ask the dataset’s owner: its terms may want accepting first',
      };
    case 'public':
      return {
        text: `${address} is not open to everyone`,
        fix: `${bucketFix}: 'role', 'keys' or 'requester-pays'`,
      };
    case 'requester-pays':
      return { text: `you may not list ${address}`, fix: 'ask the dataset’s owner to let your account in' };
    default:
      return {
        text: `you may not list ${address}`,
        fix: 'ask the bucket’s owner to let your account in, or set access in lab.config.ts',
      };
  }
}
