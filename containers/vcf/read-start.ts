import { inflateWhole } from '../../jobs/vcf/bgzf.ts';
import { readHeader, type VariantHeader } from '../../jobs/vcf/header.ts';
import type { Store } from '../../lib/contract/ports/ports.ts';

/** The header of a file on S3, by ranged GETs. Throws where it has none. */
export async function readStart(store: Pick<Store, 'get' | 'head'>, key: string): Promise<VariantHeader> {
  const size = (await store.head(key))?.size;
  if (!size) throw new Error(`there is no s3://${'bucket' in store ? store.bucket : ''}/${key}`);
  for (let wanted = 65_536; ; wanted *= 8) {
    const bytes = await store.get(key, [0, Math.min(wanted, size)]);
    const data = bytes?.[0] === 0x1f ? inflateWhole(bytes).data : bytes;
    const header = data && readHeader(data);
    if (typeof header === 'object') return header;
    if (typeof header === 'string') throw new Error(`${key} ${header}`);
    if (wanted >= size) throw new Error(`${key} ends within its header`);
  }
}
