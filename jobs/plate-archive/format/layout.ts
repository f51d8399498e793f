import type { SourceObject } from './inventory.ts';
import { foldersOf, memberName } from './member-name.ts';
import { blockBytes, endBytes, headerBytes, padding } from './tar-header.ts';

/** Where an object lies in an archive. */
export interface PlacedMember {
  readonly object: SourceObject;
  readonly name: string;
  /** From 0. */
  readonly tar: number;
  /** Of the member's first header block, in bytes from the tar's start. */
  readonly header: number;
  /** Of the member's first byte. */
  readonly offset: number;
}

export interface TarPlan {
  readonly number: number;
  readonly members: readonly PlacedMember[];
  /** All of it, end blocks included. */
  readonly bytes: number;
}

export interface Layout {
  readonly tars: readonly TarPlan[];
  /** Folder markers: empty objects whose key ends in a slash. They are in the index alone, for no tar can hold them as files. */
  readonly markers: readonly SourceObject[];
}

export const isMarker = ({ key, size }: Pick<SourceObject, 'key' | 'size'>): boolean =>
  size === 0 && key.endsWith('/');

/**
 * Which object lies where: a pure function of the inventory's objects, so that any worker, at any time, makes the same tars.
 * A tar is full when the next member would make it larger than `tarBytes`; a larger member has a tar of its own.
 */
export function layOut(objects: readonly SourceObject[], tarBytes: number): Layout {
  const markers = objects.filter(isMarker);
  const files = markers.length === 0 ? objects : objects.filter(object => !isMarker(object));
  const folders = foldersOf(files.map(({ key }) => key));
  const tars: TarPlan[] = [];
  let members: PlacedMember[] = [];
  let at = 0;
  const close = (): void => {
    if (members.length > 0) tars.push({ number: tars.length, members, bytes: at + endBytes(at) });
    members = [];
    at = 0;
  };
  for (const object of files) {
    const name = memberName(object.key, folders);
    const head = headerBytes({ name, size: object.size, seconds: 0 });
    const whole = head + object.size + padding(object.size);
    if (at > 0 && at + whole + 2 * blockBytes > tarBytes) close();
    members.push({ object, name, tar: tars.length, header: at, offset: at + head });
    at += whole;
  }
  close();
  return { tars, markers };
}
