import type { Account } from '../contract/ports/account.ts';
import type { LabConfig } from '../contract/workload/config.ts';
import type { WorkloadSpec } from '../contract/workload/workload.ts';

/** `unchecked`: it could not be asked, and the text says why. Never the same as ok. */
export type CheckOutcome = 'ok' | 'warn' | 'fail' | 'unchecked';

export interface Finding {
  readonly outcome: CheckOutcome;
  /** One sentence. */
  readonly text: string;
  /** The one thing to do. Every failure has one. */
  readonly fix?: string;
}

/** What is looked at. */
export interface Scope {
  readonly config: LabConfig;
  /** Enabled workloads, or the one that was asked for. */
  readonly specs: readonly WorkloadSpec[];
  /** Names of the pools that they use. */
  readonly pools: readonly string[];
  readonly stackName: string;
  /** The parameter that templates of this project ask for the version of CDK's bootstrap stack. */
  readonly bootstrapParameter: string;
  readonly now: Date;
  readonly local: boolean;
  /** ` --local` where it was given, for commands that a person is told to run. */
  readonly suffix: string;
  /** The job that was asked for. */
  readonly jobId?: string;
}

/** One question: facts are gathered over the port, and judged by a pure function. */
export interface Check<F = unknown> {
  readonly name: string;
  /** IAM actions that its gathering takes. */
  readonly needs: readonly string[];
  /** Why it makes no sense on the twin. */
  readonly notOnTwin?: string;
  gather(account: Account, scope: Scope): Promise<F>;
  judge(facts: F, scope: Scope): readonly Finding[];
}

export const ok = (text: string): Finding => ({ outcome: 'ok', text });
export const warn = (text: string, fix?: string): Finding => ({
  outcome: 'warn',
  text,
  ...(fix ? { fix } : {}),
});
export const fail = (text: string, fix: string): Finding => ({ outcome: 'fail', text, fix });
export const unchecked = (text: string, fix?: string): Finding => ({
  outcome: 'unchecked',
  text,
  ...(fix ? { fix } : {}),
});

/** Thrown by a gathering that another check's failure makes pointless. */
export class NotChecked extends Error {}

/** The findings that are none, when all is well. */
export const orOk = (findings: readonly Finding[], text: string): readonly Finding[] =>
  findings.length > 0 ? findings : [ok(text)];
