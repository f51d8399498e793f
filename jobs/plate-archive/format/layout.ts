import type { SourceObject } from './inventory.ts';
import { type List, lazyList } from './list.ts';
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
  readonly members: List<PlacedMember>;
  /** All of it, end blocks included. */
  readonly bytes: number;
}

export interface Layout {
  readonly tars: readonly TarPlan[];
  /** Of all tars, in order: those of the objects that are no markers. */
  readonly members: List<PlacedMember>;
  /** Folder markers: empty objects whose key ends in a slash. They are in the index alone, for no tar can hold them as files. */
  readonly markers: readonly SourceObject[];
}

export const isMarker = ({ key, size }: Pick<SourceObject, 'key' | 'size'>): boolean =>
  size === 0 && key.endsWith('/');

/**
 * Which object lies where: a pure function of the inventory's objects, so that any worker, at any time, makes the same tars.
 * A tar is full when the next member would make it larger than `tarBytes`; a larger member has a tar of its own.
 */
export function layOut(objects: List<SourceObject>, tarBytes: number): Layout {
  const markers: SourceObject[] = [];
  const places = new Uint32Array(objects.length);
  let files = 0;
  const fileKeys = function* (): Iterable<string> {
    let place = 0;
    for (const object of objects) {
      if (isMarker(object)) markers.push(object);
      else {
        places[files++] = place;
        yield object.key;
      }
      place++;
    }
  };
  const folders = foldersOf(fileKeys());
  // What cannot be told from an object alone; the rest is made of it where somebody looks.
  const headers = new Float64Array(files);
  const tarOf = new Uint32Array(files);
  const member = (i: number): PlacedMember => {
    const object = objects.at(places[i]!)!;
    const name = memberName(object.key, folders);
    const header = headers[i]!;
    return { object, name, tar: tarOf[i]!, header, offset: header + headerSize(object, name) };
  };
  const tars: TarPlan[] = [];
  let first = 0;
  let at = 0;
  const close = (end: number): void => {
    const start = first;
    if (end > start)
      tars.push({
        number: tars.length,
        members: lazyList(end - start, i => member(start + i)),
        bytes: at + endBytes(at),
      });
    first = end;
    at = 0;
  };
  for (let i = 0; i < files; i++) {
    const { object, header, offset } = member(i);
    const whole = offset - header + object.size + padding(object.size);
    if (at > 0 && at + whole + 2 * blockBytes > tarBytes) close(i);
    headers[i] = at;
    tarOf[i] = tars.length;
    at += whole;
  }
  close(files);
  return { tars, markers, members: lazyList(files, member) };
}

const headerSize = ({ size }: SourceObject, name: string): number => headerBytes({ name, size, seconds: 0 });
