import type { Findings } from './findings.ts';

/** A member as its header has it. */
export interface ReadMember {
  readonly name: string;
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Of its first byte, from the tar's start. */
  readonly offset: number;
}

export interface MemberSink {
  begin(member: ReadMember): void;
  data(bytes: Buffer): void;
  end(): void;
  /** Every byte that is no member's, in turn with theirs: headers, padding, the end, and what cannot be read. */
  outside?(bytes: Buffer): void;
}

const block = 512;
const zeros = Buffer.alloc(block);

/**
 * Reads the tars that an archive must consist of, and nothing else: every byte of a header, of padding and of the end is
 * looked at, since no tar reader's exit code tells that something is missing. Written apart from the writer: what both got
 * wrong in the same way would be seen by neither.
 */
export class TarReader {
  readonly #found: Findings;
  readonly #sink: MemberSink;
  readonly #tar: string;
  readonly #head = Buffer.alloc(block);
  #headLength = 0;
  #at = 0;
  #left = 0;
  #padding = 0;
  #state: 'header' | 'data' | 'pax' | 'padding' | 'end' | 'lost' = 'header';
  #afterPadding: 'header' = 'header';
  #pax: Buffer[] = [];
  #attributes: { path?: string; size?: number } = {};
  #emptyBlocks = 0;
  #isMember = false;

  constructor(tar: string, found: Findings, sink: MemberSink) {
    this.#tar = tar;
    this.#found = found;
    this.#sink = sink;
  }

  push(chunk: Buffer): void {
    let from = 0;
    while (from < chunk.length) {
      const taken = this.#step(chunk.subarray(from));
      from += taken;
      this.#at += taken;
    }
  }

  /** After the last byte. */
  finish(): void {
    this.#found.check(
      'end-blocks',
      this.#state === 'lost' || this.#emptyBlocks >= 2,
      () => `${this.#tar} has no end: it breaks off at byte ${this.#at}`,
    );
    const isWhole = this.#state === 'end' || this.#state === 'lost';
    this.#found.check(
      'tar-breaks-off',
      isWhole && this.#headLength === 0,
      () => `${this.#tar} breaks off in the middle of a member or header`,
    );
  }

  #step(bytes: Buffer): number {
    switch (this.#state) {
      case 'lost':
        this.#sink.outside?.(bytes);
        return bytes.length;
      case 'data':
      case 'pax':
        return this.#content(bytes);
      case 'padding':
        return this.#pad(bytes);
      default:
        return this.#headBytes(bytes);
    }
  }

  #content(bytes: Buffer): number {
    const taken = bytes.subarray(0, this.#left);
    this.#left -= taken.length;
    if (this.#state === 'data') this.#sink.data(taken);
    else {
      this.#pax.push(Buffer.from(taken));
      this.#sink.outside?.(taken);
    }
    if (this.#left === 0) this.#closeContent();
    return taken.length;
  }

  #closeContent(): void {
    if (this.#state === 'pax') this.#readPax(Buffer.concat(this.#pax));
    this.#isMember = this.#state === 'data';
    if (this.#isMember) this.#sink.end();
    this.#state = this.#padding > 0 ? 'padding' : this.#afterPadding;
  }

  #pad(bytes: Buffer): number {
    const taken = bytes.subarray(0, this.#padding);
    this.#sink.outside?.(taken);
    this.#found.check(
      'padding',
      isZero(taken),
      () =>
        `${this.#tar} has something other than zeros behind a member, before byte ${this.#at + this.#padding}`,
    );
    this.#padding -= taken.length;
    if (this.#padding === 0) this.#state = this.#afterPadding;
    return taken.length;
  }

  #headBytes(bytes: Buffer): number {
    const taken = bytes.subarray(0, block - this.#headLength);
    this.#sink.outside?.(taken);
    taken.copy(this.#head, this.#headLength);
    this.#headLength += taken.length;
    if (this.#headLength === block) {
      this.#headLength = 0;
      this.#header(this.#at + taken.length);
    }
    return taken.length;
  }

  /** A block where a header may be; `end` is where it ends. */
  #header(end: number): void {
    const head = this.#head;
    const { isEmpty } = { isEmpty: head.equals(zeros) };
    if (this.#state === 'end') {
      this.#found.check(
        'after-end',
        isEmpty,
        () => `${this.#tar} goes on behind its end, at byte ${end - block}`,
      );
      if (isEmpty) this.#emptyBlocks++;
      return;
    }
    if (isEmpty) {
      this.#emptyBlocks++;
      this.#state = 'end';
      return;
    }
    if (!this.#checkHeader(head, end - block)) {
      // Where the next header would be is no longer known.
      this.#state = 'lost';
      return;
    }
    const type = String.fromCharCode(head[156]!);
    const size = octal(head, 124, 12);
    const mtime = octal(head, 136, 12);
    if (type === 'x') {
      this.#state = 'pax';
      this.#pax = [];
      this.#open(size);
      return;
    }
    const prefix = text(head, 345, 155);
    const own = text(head, 0, 100);
    const member = {
      name: this.#attributes.path ?? (prefix ? `${prefix}/${own}` : own),
      size: this.#attributes.size ?? size,
      mtime,
      offset: end,
    };
    this.#attributes = {};
    this.#state = 'data';
    this.#sink.begin(member);
    this.#open(member.size);
  }

  #open(size: number): void {
    this.#left = size;
    this.#padding = size % block === 0 ? 0 : block - (size % block);
    if (size === 0) this.#closeContent();
  }

  #checkHeader(head: Buffer, at: number): boolean {
    const where = `${this.#tar} at byte ${at}`;
    const found = this.#found;
    let sum = 8 * 32;
    for (let i = 0; i < block; i++) if (i < 148 || i >= 156) sum += head[i]!;
    const isReadable = found.check(
      'header-checksum',
      octal(head, 148, 8) === sum,
      () => `${where}: a header's checksum is wrong`,
    );
    found.check(
      'header-magic',
      head.toString('latin1', 257, 265) === 'ustar\x0000',
      () => `${where}: no POSIX header`,
    );
    const type = String.fromCharCode(head[156]!);
    const isKnown = found.check(
      'header-type',
      type === '0' || type === 'x',
      () => `${where}: a member of type ${JSON.stringify(type)}`,
    );
    const others = [octal(head, 100, 8) === 0o644, octal(head, 108, 8) === 0, octal(head, 116, 8) === 0];
    const rest = [head.subarray(157, 257), head.subarray(265, 329), head.subarray(500, 512)];
    found.check(
      'header-fields',
      others.every(Boolean) && rest.every(isZero),
      () => `${where}: a header holds something that was not written`,
    );
    return isReadable && isKnown;
  }

  /** `LENGTH KEYWORD=VALUE\n` after each other; the two keywords that are written. */
  #readPax(body: Buffer): void {
    for (let from = 0; from < body.length; ) {
      const blank = body.indexOf(32, from);
      const length = Number(body.toString('latin1', from, blank));
      const isRecord =
        blank > from && length > 0 && from + length <= body.length && body[from + length - 1] === 10;
      if (
        !this.#found.check(
          'pax-record',
          isRecord,
          () => `${this.#tar}: a PAX record cannot be read, before byte ${this.#at}`,
        )
      )
        return;
      const record = body.toString('utf8', blank + 1, from + length - 1);
      const equals = record.indexOf('=');
      const [keyword, value] = [record.slice(0, equals), record.slice(equals + 1)];
      if (keyword === 'path') this.#attributes.path = value;
      else if (keyword === 'size') this.#attributes.size = Number(value);
      else
        this.#found.check(
          'pax-keyword',
          false,
          () => `${this.#tar}: a PAX record ${keyword}, before byte ${this.#at}`,
        );
      from += length;
    }
  }
}

const isZero = (bytes: Buffer): boolean => bytes.every(byte => byte === 0);

const text = (head: Buffer, at: number, length: number): string => {
  const end = head.indexOf(0, at);
  return head.toString('utf8', at, end < 0 || end > at + length ? at + length : end);
};

/** NaN where the field is no octal number. */
function octal(head: Buffer, at: number, length: number): number {
  const digits = head.toString('latin1', at, at + length).replace(/[\0 ]+$/, '');
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
}
