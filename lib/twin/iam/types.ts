/** One condition of a statement: an operator over a key's values. */
export interface Condition {
  /** `StringLike`, `NumericLessThan` …, without its prefix and suffix. */
  readonly operator: string;
  /** Of a key with several values. */
  readonly over?: 'ForAllValues' | 'ForAnyValue';
  readonly ifExists?: true;
  /** As written; keys of IAM know no case. */
  readonly key: string;
  readonly values: readonly string[];
}

/** Whom a statement of a resource's policy means: `*`, or ARNs and account numbers; services are nobody here. */
export type Principals = '*' | readonly string[];

export interface Statement {
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny';
  /** Of a resource's policy alone. */
  readonly principals?: Principals;
  readonly notPrincipals?: Principals;
  readonly actions?: readonly string[];
  readonly notActions?: readonly string[];
  readonly resources?: readonly string[];
  readonly notResources?: readonly string[];
  readonly conditions: readonly Condition[];
}

export interface Policy {
  /** Where it stands: a role's inline policy, a managed one, a bucket's. */
  readonly name: string;
  readonly kind: 'identity' | 'resource' | 'boundary';
  readonly statements: readonly Statement[];
}

/** Who asks. */
export interface Principal {
  /** `arn:aws:iam::…:user/name`, or `arn:aws:sts::…:assumed-role/role/session`. */
  readonly arn: string;
  /** The role behind a session. */
  readonly roleArn?: string;
  readonly account: string;
}

/** A key's values; one that is known and not there has none. Keys in lower case. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;

export interface IamRequest {
  readonly principal: Principal;
  /** `s3:GetObject`. */
  readonly action: string;
  /** An ARN, or `*` of an action that knows no resources. */
  readonly resource: string;
  readonly context: RequestContext;
}

export interface Decision {
  readonly isAllowed: boolean;
  /** What decided: an explicit allow or deny; none where nothing allows. */
  readonly by?: { readonly policy: Policy; readonly statement: Statement };
}
