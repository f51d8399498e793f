/** Who a dataset is read as. */
export type DatasetAccess = 'public' | 'role' | 'keys' | 'requester-pays';

/** Where a mount's bytes come from, decided by the configuration and carried in the job definition. */
export interface MountSource {
  readonly bucket: string;
  readonly region: string;
  /** Without leading slash; empty or `/` at its end. */
  readonly prefix: string;
  readonly access: DatasetAccess;
  /** ARN or name of the secret that holds `{"accessKeyId","secretAccessKey"}`; for `keys`. */
  readonly secretId?: string;
}

/** What a dataset's secret holds until a person fills it. */
export const secretPlaceholder = 'arraylab-placeholder-fill-with-lab-secret-set';

export interface AccessKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The keys in a secret's text; `placeholder` while nobody filled it, undefined when it is something else. */
export function parseAccessKeys(text: string): AccessKeys | 'placeholder' | undefined {
  if (text.includes(secretPlaceholder)) return 'placeholder';
  try {
    const value = JSON.parse(text) as Partial<AccessKeys>;
    if (typeof value.accessKeyId !== 'string' || typeof value.secretAccessKey !== 'string') return undefined;
    return {
      accessKeyId: value.accessKeyId,
      secretAccessKey: value.secretAccessKey,
      ...(value.sessionToken ? { sessionToken: value.sessionToken } : {}),
    };
  } catch {
    return undefined;
  }
}
