/** Who a dataset is read as. */
export type DatasetAccess = 'public' | 'role' | 'keys' | 'requester-pays' | 'nda';

/** Whether reading it needs a secret that a person fills. */
export const hasSecret = (access: DatasetAccess): boolean => access === 'keys' || access === 'nda';

/** Where a dataset's bytes are, and who it is read as. */
export interface DatasetSource {
  /** `nda-<package>` for a package of the NIMH Data Archive, which is no bucket. */
  readonly bucket: string;
  readonly region: string;
  /** Without leading slash; empty or `/` at its end. */
  readonly prefix: string;
  readonly access: DatasetAccess;
  /** Id of an NDA package, for `nda`. */
  readonly package?: string;
  /** Pattern of the names of an item's files in the package, with `{item}` for its name; for `nda`. */
  readonly files?: string;
}

/** Where a mount's bytes come from, decided by the configuration and carried in the job definition. */
export interface MountSource extends DatasetSource {
  /** ARN or name of the secret: `{"accessKeyId","secretAccessKey"}` for `keys`, `{"username","password"}` for `nda`. */
  readonly secretId?: string;
}

/** What a dataset's secret holds until a person fills it. */
export const secretPlaceholder = 'arraylab-placeholder-fill-with-lab-secret-set';

/** Whether nobody has filled in the secret that holds this. */
export const isUnfilled = (text: string): boolean => text.includes(secretPlaceholder);

export interface AccessKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The keys in a secret's text; `placeholder` while nobody filled it, undefined when it is something else. */
export function parseAccessKeys(text: string): AccessKeys | 'placeholder' | undefined {
  if (isUnfilled(text)) return 'placeholder';
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

/** An account of the NIMH Data Archive. */
export interface NdaLogin {
  readonly username: string;
  readonly password: string;
}

/** The same for a login. */
export function parseNdaLogin(text: string): NdaLogin | 'placeholder' | undefined {
  if (isUnfilled(text)) return 'placeholder';
  try {
    const { username, password } = JSON.parse(text) as Partial<NdaLogin>;
    if (typeof username !== 'string' || typeof password !== 'string' || !username || !password)
      return undefined;
    return { username, password };
  } catch {
    return undefined;
  }
}
