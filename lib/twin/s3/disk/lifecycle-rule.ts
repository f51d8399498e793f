/** When something happens to a current object: so many days after it was made, or at a date. */
export interface LifecycleWhen {
  readonly days?: number;
  readonly date?: string;
}

export interface LifecycleRule {
  readonly id: string;
  readonly enabled: boolean;
  readonly prefix: string;
  /** Its prefix was put without a filter, as once. */
  readonly isOld?: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly largerThan?: number;
  readonly smallerThan?: number;
  readonly expiration?: LifecycleWhen & { readonly markers?: boolean };
  readonly transitions: readonly (LifecycleWhen & { readonly storageClass: string })[];
  readonly noncurrentExpiration?: Noncurrent;
  readonly noncurrentTransitions: readonly (Noncurrent & { readonly storageClass: string })[];
  readonly abortDays?: number;
}

export interface Noncurrent {
  readonly days: number;
  /** So many newer noncurrent versions are left alone. */
  readonly newer?: number;
}
