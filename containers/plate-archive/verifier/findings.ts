/** Something that is not as it must be. */
export interface ArchiveFinding {
  /** Which check: `member-sha256`. */
  readonly check: string;
  readonly what: string;
}

const most = 100;

/** What a verification found. Checks are named, so that a test can take each away and see that something notices. */
export class Findings {
  readonly list: ArchiveFinding[] = [];
  /** More than the list holds: one flipped bit is told in full, a lost tar is not told a hundred thousand times. */
  count = 0;

  /** Notes what is wrong, where it is. Answers whether it is well. */
  check(check: string, isWell: boolean, what: () => string): boolean {
    if (isWell) return true;
    this.count++;
    if (this.list.length < most) this.list.push({ check, what: what() });
    return false;
  }

  add({ list, count }: { readonly list: readonly ArchiveFinding[]; readonly count: number }): void {
    this.count += count;
    this.list.push(...list.slice(0, most - this.list.length));
  }
}
