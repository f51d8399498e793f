import { crc32 } from 'node:zlib';
import { makeBag, putIndexTar } from '../../containers/plate-archive/archiver/index-tar.ts';
import {
  decodeIndex,
  encodeIndex,
  hex32,
  type IndexEntry,
} from '../../jobs/plate-archive/format/archive-index.ts';
import {
  indexKey,
  inventoryKey,
  manifestKey,
  sealKey,
  tarKey,
  tarName,
} from '../../jobs/plate-archive/format/archive-keys.ts';
import {
  decodeInventory,
  type Inventory,
  type SourceObject,
  sha256,
} from '../../jobs/plate-archive/format/inventory.ts';
import type { Seal } from '../../jobs/plate-archive/format/seal.ts';
import { type PlateLab, plate } from './plate-lab.ts';

type Loose<T> = { -readonly [K in keyof T]: T[K] };

/** An archive taken apart: what is changed in it is sealed again as if it had always been so. */
export interface Forgery {
  head: Loose<Inventory['head']>;
  listed: Loose<SourceObject>[];
  indexed: Loose<IndexEntry>[];
  tars: Buffer[];
  /** Applied to what is written, after everything was made to fit. */
  manifest: (text: string) => string;
  index: (bytes: Buffer) => Buffer;
  seal: (seal: Omit<Loose<Seal>, 'tars'> & { tars: Loose<Seal['tars'][number]>[] }) => void;
  bag: (files: Record<string, Buffer>) => void;
  /** Lines of the inventory, before its digest is taken. */
  inventory: (lines: string[]) => void;
}

/** Writes a changed archive beside the one with the digest; answers its own. */
export async function forge(
  lab: PlateLab,
  digest: string,
  edit: (forgery: Forgery) => void,
): Promise<string> {
  const read = (key: string): Buffer => lab.s3.object('cold', key)!.body;
  const { head, objects } = decodeInventory(read(inventoryKey(plate, digest)));
  const tars: Buffer[] = [];
  for (let i = 0; lab.s3.object('cold', tarKey(plate, digest, i)); i++)
    tars.push(Buffer.from(read(tarKey(plate, digest, i))));
  const none = (): void => undefined;
  const forgery: Forgery = {
    head: { ...head },
    listed: [...objects].map(each => ({ ...each })),
    indexed: decodeIndex(read(indexKey(plate, digest))).map(each => ({ ...each })),
    tars,
    manifest: text => text,
    index: bytes => bytes,
    seal: none,
    bag: none,
    inventory: none,
  };
  edit(forgery);
  return write(lab, forgery);
}

async function write(lab: PlateLab, forgery: Forgery): Promise<string> {
  const { head, listed, indexed, tars } = forgery;
  const lines = [
    JSON.stringify(head),
    ...listed.map(({ modified, ...each }) =>
      JSON.stringify({ ...each, modified: new Date(modified).toISOString() }),
    ),
  ];
  forgery.inventory(lines);
  const inventoryBytes = Buffer.from(`${lines.join('\n')}\n`);
  const digest = sha256(inventoryBytes);
  const index = encodeIndex(indexed);
  const indexBytes = forgery.index(index.bytes);
  const inventory = { head, objects: listed, digest, bytes: inventoryBytes };
  const bag = makeBag(inventory, indexed, { ...index, bytes: indexBytes }, 1);
  const manifest = Buffer.from(forgery.manifest(bag.files['manifest-sha256.txt'].toString()));
  const files: Record<string, Buffer> = {
    ...bag.files,
    'manifest-sha256.txt': manifest,
    'inventory.ndjson': inventoryBytes,
  };
  const tagged = Object.entries(files).filter(([name]) => name !== 'tagmanifest-sha256.txt');
  files['tagmanifest-sha256.txt'] = Buffer.from(
    tagged.map(([name, body]) => `${sha256(body)}  ${name}\n`).join(''),
  );
  forgery.bag(files);
  const indexTar = await putIndexTar(
    lab.s3.store('cold'),
    plate,
    inventory,
    { files: files as typeof bag.files },
    'DEEP_ARCHIVE',
  );
  const sums = tars.map(tar => crc32(tar));
  tars.forEach((tar, i) => {
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(sums[i]!);
    lab.s3.write('cold', tarKey(plate, digest, i), tar, { checksums: { CRC32: sum.toString('base64') } });
  });
  const seal: Seal = {
    format: 'plate archive 1',
    inventory: digest,
    storageClass: 'DEEP_ARCHIVE',
    objects: head.objects,
    markers: indexed.filter(({ tar }) => tar === undefined).length,
    bytes: head.bytes,
    tars: tars.map((tar, i) => ({
      name: tarName(digest, i),
      bytes: tar.length,
      crc32: hex32(sums[i]!),
      members: indexed.filter(each => each.tar === i).length,
    })),
    indexTar,
    index: { bytes: indexBytes.length, sha256: sha256(indexBytes), blocks: index.blocks },
    manifest: sha256(manifest),
  };
  forgery.seal(seal as Parameters<Forgery['seal']>[0]);
  lab.s3.write('cold', inventoryKey(plate, digest), inventoryBytes);
  lab.s3.write('cold', indexKey(plate, digest), indexBytes);
  lab.s3.write('cold', manifestKey(plate, digest), manifest);
  lab.s3.write('cold', sealKey(plate, digest), JSON.stringify(seal));
  return digest;
}

/** Changes a header and makes its checksum fit again. `at`: where the header block begins. */
export function editHeader(tar: Buffer, at: number, edit: (header: Buffer) => void): void {
  const header = tar.subarray(at, at + 512);
  edit(header);
  header.write('        ', 148, 'latin1');
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}
