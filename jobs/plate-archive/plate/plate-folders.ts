import type { Problem } from '../../../lib/contract/workload/errors.ts';
import type { PlateName } from '../format/archive-keys.ts';

/** A plate as its line of plates.csv has it, with the project and batch of the request. */
export interface Plate extends PlateName {
  /** The name under `images/`: may hold blanks. */
  readonly plateFull: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface FolderRule {
  readonly name: string;
  /** With `{project}`, `{batch}`, `{plate_id}`, `{plate_id_full}`; `/` at the end. */
  readonly prefix: string;
  /** Without objects in it there is no plate. */
  readonly required: boolean;
}

/** Where Cell Painting labs have a plate's files: the layout of the Broad Institute's image-based profiling handbook. */
export const broadFolders: Readonly<Record<string, string>> = {
  images: 'projects/{project}/{batch}/images/{plate_id_full}/',
  illum: 'projects/{project}/{batch}/illum/{plate_id}/',
  analysis: 'projects/{project}/workspace/analysis/{batch}/{plate_id}/',
  backend: 'projects/{project}/workspace/backend/{batch}/{plate_id}/',
  load_data: 'projects/{project}/workspace/load_data_csv/{batch}/{plate_id}/',
  metadata: 'projects/{project}/workspace/metadata/{batch}/{plate_id}/',
  profiles: 'projects/{project}/workspace/profiles/{batch}/{plate_id}/',
};

export const defaultFolders = 'images,illum,analysis,backend';

/**
 * Folders as a request names them: `images,illum,profiles`, or with a prefix of one's own
 * `images=data/{batch}/{plate_id_full}/`. Answers what is wrong with it, too.
 */
export function readFolders(text: string): {
  readonly rules: readonly FolderRule[];
  readonly problems: readonly Problem[];
} {
  const problems: Problem[] = [];
  const refused = (message: string): void => void problems.push({ where: '--folders', message });
  const rules: FolderRule[] = [];
  for (const each of text.split(',').map(part => part.trim())) {
    const [name = '', ...rest] = each.split('=');
    const prefix = rest.length > 0 ? rest.join('=') : broadFolders[name];
    if (!/^[a-z][a-z0-9_]*$/.test(name)) refused(`${each || 'an empty entry'} has no name in small letters`);
    else if (prefix === undefined)
      refused(
        `${name} is none of ${Object.keys(broadFolders).join(', ')}; give it a prefix, ${name}=path/{plate_id}/`,
      );
    else if (rules.some(rule => rule.name === name)) refused(`${name} is named twice`);
    else if (!prefix.endsWith('/'))
      refused(`${name}=${prefix} must end in a slash: plate 2058 would hold plate 20586, too`);
    else if (!/\{plate_id(_full)?\}/.test(prefix))
      refused(`${name}=${prefix} names no {plate_id}: every plate would hold all`);
    else rules.push({ name, prefix, required: name === 'images' });
  }
  const unknown = text.match(/\{(?!(?:project|batch|plate_id|plate_id_full)\})[^}]*\}/g) ?? [];
  for (const each of unknown) refused(`${each} is none of {project}, {batch}, {plate_id}, {plate_id_full}`);
  return { rules, problems };
}

/** The prefix of a folder for a plate. */
export const prefixOf = ({ prefix }: FolderRule, { project, batch, plate, plateFull }: Plate): string =>
  prefix
    .replaceAll('{project}', () => project)
    .replaceAll('{batch}', () => batch)
    .replaceAll('{plate_id}', () => plate)
    .replaceAll('{plate_id_full}', () => plateFull);

/** Why a name cannot be part of a key; undefined where it can. */
export function partTrouble(text: string): string | undefined {
  if (text === '') return 'is empty';
  if (text.includes('/')) return 'holds a slash';
  if (text === '.' || text === '..') return 'is a step in a path';
  if (/[\x00-\x1f\x7f]/.test(text)) return 'holds a control character';
  return text.isWellFormed() ? undefined : 'is not Unicode';
}
