import { exitCodes } from './exit-codes.ts';

/** One thing that is wrong with what a person gave us: the value, what is wrong with it, the fix. */
export interface Problem {
  /** Where: `--memory`, `participants.txt line 7`, `lab.config.ts pools.arm64.instanceTypes`. */
  readonly where: string;
  readonly message: string;
  readonly fix?: string;
}

/** An error that a person can act on. Everything else that is thrown is our own fault and shown as such. */
export class LabError extends Error {
  readonly problems: readonly Problem[];
  readonly exitCode: number;

  constructor(problems: Problem | readonly Problem[], exitCode: number = exitCodes.badInput) {
    const list = Array.isArray(problems) ? (problems as readonly Problem[]) : [problems as Problem];
    super(list.map(describeProblem).join('\n'));
    this.name = 'LabError';
    this.problems = list;
    this.exitCode = exitCode;
  }
}

/** `where: message` and, on a line of its own, the fix. */
export function describeProblem(problem: Problem): string {
  const head = `${problem.where}: ${problem.message}`;
  return problem.fix ? `${head}\n  ${problem.fix}` : head;
}

/** Throws one LabError that holds every problem, or returns when there is none. */
export function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new LabError(problems);
}

/** What these checks refuse, all of it; any other error is thrown on. */
export async function problemsOf(...checks: readonly (() => unknown)[]): Promise<readonly Problem[]> {
  const found: Problem[] = [];
  for (const check of checks)
    try {
      await check();
    } catch (error) {
      if (!(error instanceof LabError) || error.exitCode !== exitCodes.badInput) throw error;
      for (const problem of error.problems) found.push(problem);
    }
  return found;
}

/** Lets several checks say what is wrong before any of it is told: an answer that is not there has said why. */
export interface Gathering {
  /** The answer, or undefined where it threw a LabError for bad input; any other error is thrown on. */
  ask<T>(question: () => T | Promise<T>): Promise<T | undefined>;
  /** Throws one LabError that holds every problem, each once, or returns when there is none; `others` are told with them. */
  refuse(others?: readonly Problem[]): void;
}

/** `as` says a problem in the words of who gave it: under the name that an option was given by. */
export function gather(as: (problem: Problem) => Problem = problem => problem): Gathering {
  let problems: readonly Problem[] = [];
  return {
    async ask(question) {
      try {
        return await question();
      } catch (error) {
        if (!(error instanceof LabError) || error.exitCode !== exitCodes.badInput) throw error;
        // Of a list each line may be one: more than a call takes arguments.
        problems = [...problems, ...error.problems];
        return undefined;
      }
    },
    refuse(others = []) {
      if (problems.length === 0) return;
      const told = new Map([...problems, ...others].map(each => [describeProblem(each), each]));
      refuse([...told.values()].map(as));
    },
  };
}
