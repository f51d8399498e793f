/** A command line as CLI11 takes it: `-x value`, `--flag`. Throws 106 for what it does not know. */
export class Options {
  readonly values = new Map<string, string>();
  readonly flags = new Set<string>();

  constructor(args: readonly string[], takes: string, flags: string) {
    const valued = new Set(takes.split(' '));
    const bare = new Set(flags.split(' '));
    for (let at = 0; at < args.length; at++) {
      const name = args[at]!;
      if (bare.has(name)) this.flags.add(name);
      else if (valued.has(name)) {
        const value = args[++at];
        if (value === undefined) throw new Refused(107, `${name}: 1 required TEXT missing`);
        this.values.set(name, value);
      } else throw new Refused(109, `The following argument was not expected: ${name}`);
    }
  }

  get(name: string): string | undefined {
    return this.values.get(name);
  }

  needed(name: string): string {
    const value = this.values.get(name);
    if (value === undefined) throw new Refused(106, `${name} is required`);
    return value;
  }
}

/** A usage error: its words go to stderr. */
export class Refused extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}
