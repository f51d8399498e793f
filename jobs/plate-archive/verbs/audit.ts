import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Args } from '../../../lib/contract/verb/args.ts';
import { replaceFile } from '../../../lib/contract/verb/replace-file.ts';
import { counted, numberText } from '../../../lib/contract/verb/texts.ts';
import type { VerbPorts } from '../../../lib/contract/verb/verb-ports.ts';
import { gather, LabError, refuse } from '../../../lib/contract/workload/errors.ts';
import { exitCodes } from '../../../lib/contract/workload/exit-codes.ts';
import { audit as auditPlate, readChecksumReport, sampleOf } from '../audit.ts';
import type { IndexEntry } from '../format/archive-index.ts';
import { type PlateName, proofKey, tarKey } from '../format/archive-keys.ts';
import { decodeProof, type ProofText } from '../format/proof.ts';
import { nameOfArchive } from '../generations.ts';
import { PlateError } from '../plate/plate-error.ts';
import type { ThawRequest } from '../restore/cold.ts';
import { askForTars } from '../restore/describe-restore.ts';
import { neededTars } from '../restore/thaw.ts';
import { chosenPlates, plateOptions, wantedPlates } from './chosen-plates.ts';
import { type ArchivePlaces, archivePlaces } from './places.ts';
import { thawHow, thawOptions } from './thawed.ts';
import { toldPlainly } from './told-plainly.ts';
import type { ArchiveVerb } from './verb.ts';

interface Proven {
  readonly plate: PlateName;
  readonly proof: ProofText;
}

export const audit: ArchiveVerb = {
  summary: 'prove archives again: by what S3 says at rest, its own report, or a share that is read',
  usage: '[plate…] [--share 1%] [--report FILE]',
  options: {
    ...plateOptions,
    share: { type: 'string', value: 'PART', describe: 'read this share of the objects, too: 1%, 0.01, all' },
    seed: {
      type: 'string',
      value: 'TEXT',
      describe: 'which ones: the same seed reads the same (default: today)',
    },
    report: {
      type: 'string',
      value: 'FILE',
      multiple: true,
      describe: 'a report of S3 Batch Operations, "compute checksum" with SHA-256',
    },
    manifest: {
      type: 'string',
      value: 'FILE',
      describe: 'write the list of tars for S3 Batch Operations, and stop',
    },
    ...thawOptions,
  },
  async run(ports, args) {
    const told = gather();
    const share = (await told.ask(() => shareOf(args.text('share')))) ?? 0;
    const how = await told.ask(() => thawHow(args));
    const texts = await told.ask(() => reportsOf(ports, args));
    told.refuse();
    const places = await archivePlaces(ports);
    const plates = await chosenPlates(ports, wantedPlates(args), places);
    const { proven, without } = await provenPlates(ports, places, plates);
    const manifest = args.text('manifest');
    if (manifest !== undefined) return writeManifest(ports, places, proven, manifest);
    const reports = texts!.map(text => readChecksumReport(text, places.prefix));
    const report = new Map(reports.flatMap(each => [...each]));
    const { progress } = ports;
    const seed = args.text('seed') ?? ports.now().toISOString().slice(0, 10);
    const samples = await samplesOf(places, proven, { share, seed }, progress);
    const stopped = await ports.first(args.flag('wait'), async () => {
      const left: string[] = [];
      for (const { plate, proof, sample } of samples)
        left.push(...(await askForSample(places, plate, proof, sample, how!)));
      return left;
    });
    if (stopped !== undefined) return stopped;
    const rows: string[][] = [];
    const problems: string[] = [];
    for (const { plate, proof, sample } of samples) {
      ports.signal.throwIfAborted();
      progress(`auditing ${plate.plate}`);
      const found = await toldPlainly(plate.plate, () =>
        auditPlate(places.archive, plate, proof, {
          ...{ sample, signal: ports.signal },
          ...(texts!.length > 0 ? { report } : {}),
        }),
      );
      problems.push(...found.problems.map(problem => `${plate.plate}: ${problem}`));
      if (ports.json) ports.print(JSON.stringify({ plate, ...found }));
      const verdict = found.problems.length > 0 ? 'bad' : 'good';
      rows.push([
        plate.plate,
        numberText(found.tars),
        numberText(found.reported),
        `${numberText(found.read)} of ${numberText(proof.objects)}`,
        ports.tint(verdict, found.problems.length > 0 ? counted(found.problems.length, 'problem') : 'holds'),
      ]);
    }
    if (!ports.json && rows.length > 0)
      ports.table(['plate', 'tars as proven', 'by S3’s report', 'objects read', 'audit'], rows);
    for (const problem of problems) ports.say(problem);
    for (const why of without) ports.say(why);
    if (problems.length + without.length === 0) {
      ports.say(
        report.size === 0 && share === 0
          ? `sizes, versions and CRC-32 are as proven, by what S3 says; nothing was read; checksums of the bytes at rest begin with a manifest\nNext: ${ports.sameCall('', ['--manifest', 'tars.csv'])}`
          : `Next: npx lab archive status${ports.suffix}`,
      );
      return exitCodes.ok;
    }
    ports.say(`Next: npx lab archive status${ports.suffix}`);
    return exitCodes.toMend;
  },
};

/** What is proven of each; `without`: why the others cannot be audited. */
async function provenPlates(
  ports: VerbPorts,
  { archive, proofs }: ArchivePlaces,
  plates: readonly PlateName[],
): Promise<{ readonly proven: readonly Proven[]; readonly without: readonly string[] }> {
  const proven: Proven[] = [];
  const without: string[] = [];
  for (const plate of plates) {
    ports.signal.throwIfAborted();
    try {
      const name = await nameOfArchive(archive, plate);
      const text = name && (await proofs.get(proofKey(plate, name.digest)));
      if (text) proven.push({ plate, proof: decodeProof(text) });
      else without.push(`${plate.plate} has no proof that an audit could hold it to`);
    } catch (error) {
      if (!(error instanceof PlateError)) throw error;
      without.push(...error.problems.map(problem => `${plate.plate}: ${problem}`));
    }
  }
  return { proven, without };
}

/** What is to be read of each. A plate whose index cannot be read is its own row's: there is nothing to read of it. */
async function samplesOf(
  { archive }: ArchivePlaces,
  proven: readonly Proven[],
  which: { readonly share: number; readonly seed: string },
  progress: (line: string) => void,
): Promise<readonly (Proven & { readonly sample: readonly IndexEntry[] })[]> {
  const found = [];
  for (const { plate, proof } of proven) {
    if (which.share > 0) progress(`choosing objects of ${plate.plate}`);
    const sample = await sampleOf(archive, plate, proof, which).catch((error: unknown) => {
      if (!(error instanceof PlateError)) throw error;
      return [];
    });
    found.push({ plate, proof, sample });
  }
  return found;
}

/** Asks for the tars that hold the sample; a tar that is damaged is the audit's to tell, and waited for by nobody. */
async function askForSample(
  { archive }: ArchivePlaces,
  plate: PlateName,
  proof: ProofText,
  sample: readonly IndexEntry[],
  how: ThawRequest,
): Promise<readonly string[]> {
  try {
    const tars = await neededTars(archive, plate, proof, sample);
    return await askForTars(archive, plate.plate, { tars }, how);
  } catch (error) {
    if (error instanceof PlateError) return [];
    throw error;
  }
}

/** CSV as S3 Batch Operations takes it: bucket, key (URL-encoded), version. */
async function writeManifest(
  ports: VerbPorts,
  { archive, prefix }: ArchivePlaces,
  proven: readonly Proven[],
  file: string,
): Promise<number> {
  const encoded = (key: string): string => key.split('/').map(encodeURIComponent).join('/');
  const lines = proven.flatMap(({ plate, proof }) =>
    proof.tars.map((tar, number) =>
      [archive.bucket, encoded(prefix + tarKey(plate, proof.inventory, number)), tar.versionId]
        .filter(part => part !== undefined)
        .join(','),
    ),
  );
  await replaceFile(resolve(ports.cwd, file), lines.map(line => `${line}\n`).join(''));
  const fields = proven[0]?.proof.tars[0]?.versionId === undefined ? 'Bucket,Key' : 'Bucket,Key,VersionId';
  ports.print(file);
  ports.say(
    [
      `${counted(lines.length, 'tar')}. S3 reads them at rest, in any class, without a restore:`,
      `  upload ${file}, then aws s3control create-job with the operation S3ComputeObjectChecksum (SHA256, FULL_OBJECT)`,
      `  and the manifest format S3BatchOperations_CSV_20180820, fields ${fields}`,
      'and with the CSV of its report:',
      `Next: npx lab archive audit --report report.csv${ports.suffix}`,
    ].join('\n'),
  );
  return exitCodes.ok;
}

function shareOf(text: string | undefined): number {
  if (text === undefined) return 0;
  if (text === 'all') return 1;
  const share = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (share > 0 && share <= 1) return share;
  throw new LabError({ where: '--share', message: `${text} is no share`, fix: '1%, 0.01, all' });
}

/** The reports that are named, each as text. Throws LabError for those that cannot be read. */
async function reportsOf({ cwd }: VerbPorts, args: Args): Promise<readonly string[]> {
  const files = args.list('report');
  const texts = await Promise.all(
    files.map(file => readFile(resolve(cwd, file), 'utf8').catch(() => undefined)),
  );
  const unread = files.filter((_, at) => texts[at] === undefined);
  refuse(unread.map(file => ({ where: '--report', message: `${file} cannot be read` })));
  return texts.filter(text => text !== undefined);
}
