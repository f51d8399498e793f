import type { BucketState } from '../../contract/ports/account.ts';
import { deployed } from '../deployed.ts';
import { type Check, type Finding, fail, orOk, type Scope, warn } from '../finding.ts';

interface Facts {
  readonly name: string;
  readonly state: BucketState;
}

/** The output bucket is as our stack makes it; one that was there before may differ. */
export const outputBucket: Check<Facts> = {
  name: 'output bucket',
  needs: [
    's3:GetBucketLocation',
    's3:GetBucketVersioning',
    's3:GetEncryptionConfiguration',
    's3:GetBucketPublicAccessBlock',
    's3:GetBucketPolicy',
    's3:GetLifecycleConfiguration',
    's3:GetBucketOwnershipControls',
  ],
  notOnTwin: 'its buckets are folders',
  async gather(account, scope) {
    const name = scope.config.existingOutputBucket ?? (await deployed(account, scope)).outputBucket;
    return { name, state: await account.bucket(name) };
  },
  judge: ({ name, state }, scope) =>
    orOk(judgeSettings(name, state, scope), `${name}: versioned, encrypted, closed, TLS alone`),
};

function judgeSettings(name: string, state: BucketState, { config }: Scope): readonly Finding[] {
  const aws = (command: string): string => `aws s3api ${command} --bucket ${name}`;
  const findings: Finding[] = [];
  if (state.region !== config.region)
    findings.push(
      fail(
        `${name} is in ${state.region}, and the lab in ${config.region}: every byte costs`,
        'existingOutputBucket in lab.config.ts: a bucket in the lab’s region',
      ),
    );
  if (!state.publicAccessBlocked)
    findings.push(
      fail(
        `${name} may be opened to the public`,
        `${aws('put-public-access-block')} --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true`,
      ),
    );
  if (!state.encryption)
    findings.push(
      fail(
        `${name} is not encrypted by default`,
        `${aws('put-bucket-encryption')} --server-side-encryption-configuration '{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]}'`,
      ),
    );
  if (!state.versioning)
    findings.push(
      warn(
        `${name} is not versioned: what is overwritten is gone`,
        `${aws('put-bucket-versioning')} --versioning-configuration Status=Enabled`,
      ),
    );
  if (!state.tlsOnly)
    findings.push(
      warn(
        `${name} answers without TLS too`,
        'a bucket policy that denies aws:SecureTransport false: AWS’s page "s3-bucket-ssl-requests-only"',
      ),
    );
  if (state.abortUploadsDays === undefined)
    findings.push(
      warn(
        `${name} keeps the parts of uploads that never ended, and they cost`,
        'a lifecycle rule: AbortIncompleteMultipartUpload after 2 days',
      ),
    );
  if (state.versioning && state.oldVersionsDays === undefined)
    findings.push(
      warn(
        `${name} keeps every old version for good`,
        'a lifecycle rule: NoncurrentVersionExpiration after 30 days',
      ),
    );
  if (state.ownership !== undefined && state.ownership !== 'BucketOwnerEnforced')
    findings.push(
      warn(
        `${name} takes ACLs (${state.ownership}): objects may belong to others`,
        `${aws('put-bucket-ownership-controls')} --ownership-controls 'Rules=[{ObjectOwnership=BucketOwnerEnforced}]'`,
      ),
    );
  return findings;
}
