import { randomUUID } from 'node:crypto';
import type { Disk } from './disk.ts';
import { contigOf, spanOf, type Variants } from './variants.ts';

/** One array fragment: what a batch wrote of a contig. An anchor fragment has no records, and is written first. */
interface Fragment {
  readonly first: string;
  readonly last: string;
  readonly contig: string;
  readonly records: Readonly<Record<string, readonly string[]>>;
}

interface Header {
  readonly meta: readonly string[];
}

const anchorGap = 1000;
const headers = 'metadata/vcf_headers/__commits/';
const data = 'data/__commits/';

/** A TileDB-VCF dataset as 0.40.3 keeps it, in what our workload can see: docs/vcf.md, "What the tool does". */
export class Dataset {
  private readonly disk: Disk;
  private readonly now: () => number;

  constructor(disk: Disk, now: () => number = Date.now) {
    this.disk = disk;
    this.now = now;
  }

  /** Not atomic: the metadata that let it be opened are written last. */
  async create(attributes: readonly string[], statistics: boolean): Promise<void> {
    if ((await this.disk.list('__tiledb_group')).length > 0)
      throw new Error('Group: Cannot create group; Group already exists');
    await this.disk.put('__tiledb_group.tdb', '');
    await this.disk.put('metadata/__tiledb_group.tdb', '');
    await this.disk.put('metadata/vcf_headers/__schema/1', '');
    await this.disk.put('data/__schema/1', '');
    if (statistics) await this.disk.put('allele_count/__schema/1', '');
    await this.disk.put('data/__meta/1', JSON.stringify({ attributes, statistics }));
  }

  async open(): Promise<{ readonly attributes: readonly string[]; readonly statistics: boolean }> {
    if ((await this.disk.list('__tiledb_group')).length === 0)
      throw new Error('Cannot open TileDB-VCF dataset; dataset does not exist.');
    const meta = await this.disk.get('data/__meta/1');
    if (!meta) throw new Error("Cannot open TileDB-VCF dataset; 'version' field has invalid value");
    return JSON.parse(meta.toString()) as { attributes: string[]; statistics: boolean };
  }

  /** Byte-sorted. Headers are listed whether or not any record came after them. */
  async list(): Promise<readonly string[]> {
    return [...(await this.headersNow()).keys()].sort((a, b) =>
      Buffer.compare(Buffer.from(a), Buffer.from(b)),
    );
  }

  async header(name: string): Promise<Header | undefined> {
    return (await this.headersNow()).get(name);
  }

  private async headersNow(): Promise<Map<string, Header>> {
    const found = new Map<string, Header>();
    const deleted = await this.deletedAt(headers);
    for (const [at, body] of await this.commits(headers))
      for (const [name, header] of Object.entries(body as Record<string, Header>))
        if (at > (deleted.get(name) ?? 0)) found.set(name, header);
    return found;
  }

  /** Records of samples in their order; twice where they were stored twice. */
  async recordsOf(names: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const deleted = await this.deletedAt(data);
    const found = new Map(names.map(name => [name, [] as string[]]));
    for (const [at, body] of await this.commits(data))
      for (const [name, records] of found)
        if (at > (deleted.get(name) ?? 0)) records.push(...((body as Fragment).records?.[name] ?? []));
    const key = (record: string): readonly [string, number] => [contigOf(record), spanOf(record)[0]];
    return new Map(
      [...found].map(([name, records]) => {
        const keyed = records.map(record => [key(record), record] as const);
        keyed.sort(([[ca, pa]], [[cb, pb]]) => (ca === cb ? pa - pb : ca < cb ? -1 : 1));
        return [name, keyed.map(([, record]) => record)];
      }),
    );
  }

  async records(name: string): Promise<readonly string[]> {
    return (await this.recordsOf([name])).get(name)!;
  }

  /** Allele counts: written before the records, and never taken back. */
  async statistics(): Promise<number> {
    let sum = 0;
    for (const key of await this.disk.list('allele_count/__commits/'))
      sum += Number((await this.disk.get(key))!.toString());
    return sum;
  }

  /** One batch, files sorted by name: headers first, then contig by contig the statistics, the anchors, the records. */
  async storeBatch(batch: ReadonlyMap<string, Variants>, resume: boolean): Promise<void> {
    const { statistics } = await this.open();
    const names = [...batch.keys()].sort();
    const [first = '', last = ''] = [names[0], names.at(-1)];
    const before = resume ? await this.fragments() : [];
    const records = new Map([...batch].map(([name, file]) => [name, file.records] as const));
    const hasRecords = [...records.values()].some(list => list.length > 0);
    if (!hasRecords) return;
    if (!before.some(each => each.first === first && each.last === last))
      await this.commit(
        headers,
        Object.fromEntries(names.map(name => [name, { meta: batch.get(name)!.meta }])),
      );
    const contigs = [...new Set([...records.values()].flat().map(contigOf))];
    for (const contig of contigs) {
      // Any fragment of the batch's first and last name passes for the whole contig.
      if (before.some(each => each.contig === contig && each.first === first && each.last === last)) continue;
      const mine = (name: string): readonly string[] =>
        records.get(name)!.filter(each => contigOf(each) === contig);
      if (statistics)
        await this.disk.put(`allele_count/__commits/${this.stamp()}`, String(names.flatMap(mine).length));
      const isLong = names.flatMap(mine).some(each => spanOf(each)[1] - spanOf(each)[0] > anchorGap);
      const fragment = { first, last, contig };
      if (isLong) await this.commit(data, { ...fragment, records: {} });
      await this.commit(data, {
        ...fragment,
        records: Object.fromEntries(names.map(name => [name, mine(name)])),
      });
    }
  }

  /** Hides by the clock of this host what was stored before; seen once that time has come. */
  async delete(name: string): Promise<void> {
    for (const array of [data, headers])
      await this.disk.put(`${array}${this.stamp()}.del`, JSON.stringify({ name, at: this.now() }));
  }

  /** One file that names all commits; they stay, until somebody vacuums. */
  async consolidate(what: string): Promise<void> {
    await this.open();
    if (what === 'fragment_meta') await this.disk.put(`data/__fragment_meta/${this.stamp()}.meta`, 'footers');
    if (what !== 'commits') return;
    for (const array of [headers, data]) {
      const names = [...(await this.committed(array))].map(name => `__commits/${name}\n`);
      if (names.length > 0) await this.disk.put(`${array}${this.stamp()}.con`, names.join(''));
    }
  }

  private async fragments(): Promise<readonly Fragment[]> {
    return (await this.commits(data)).map(([, body]) => body as Fragment);
  }

  /** The fragment first, then the empty file that makes it count. */
  private async commit(array: string, body: object): Promise<void> {
    const name = this.stamp();
    const folder = array.replace('__commits/', '__fragments/');
    await this.disk.put(`${folder}${name}/data.json`, JSON.stringify({ at: this.now(), body }));
    await this.disk.put(`${array}${name}.wrt`, '');
  }

  /** Names of commits: of files, or of lines in a consolidated one. */
  private async committed(array: string): Promise<ReadonlySet<string>> {
    const names = new Set<string>();
    for (const key of await this.disk.list(array)) {
      if (key.endsWith('.wrt')) names.add(key.slice(array.length));
      if (!key.endsWith('.con')) continue;
      const lines = (await this.disk.get(key))!.toString().split('\n');
      for (const line of lines) if (line !== '') names.add(line.slice('__commits/'.length));
    }
    return names;
  }

  private stamp = (): string => `__${this.now()}_${this.now()}_${randomUUID()}_22`;

  /** What was written up to now, by this host's clock. */
  private async commits(array: string): Promise<readonly (readonly [number, object])[]> {
    const found: [number, object][] = [];
    const folder = array.replace('__commits/', '__fragments/');
    for (const name of [...(await this.committed(array))].sort()) {
      const text = await this.disk.get(`${folder}${name.replace(/\.wrt$/, '')}/data.json`);
      const { at, body } = JSON.parse(text!.toString()) as { at: number; body: object };
      found.push([at, body]);
    }
    return found.filter(([at]) => at <= this.now());
  }

  private async deletedAt(array: string): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>();
    for (const key of await this.disk.list(array)) {
      if (!key.endsWith('.del')) continue;
      const { name, at } = JSON.parse((await this.disk.get(key))!.toString()) as { name: string; at: number };
      if (at <= this.now()) found.set(name, Math.max(at, found.get(name) ?? 0));
    }
    return found;
  }
}
