/**
 * Headings that name an item, in the order in which they are preferred. Sources: BIDS 1.10 (participants.tsv), HCP and
 * ConnectomeDB (Subject), NDA and ABCD (src_subject_id, subjectkey), UK Biobank (eid), ADNI (PTID, RID), REDCap
 * (record_id), PLINK (IID), Cell Painting (Metadata_Plate, Assay_Plate_Barcode), Illumina and nf-core sample sheets,
 * ENA and SRA.
 */
const known: readonly string[] = [
  ...['participant_id', 'participant', 'participant_label', 'participant id', 'bids_id'],
  ...['subject', 'subject_id', 'subject_label', 'subject_code', 'sub', 'sub_id', 'subid', 'subj', 'subj_id'],
  ...[
    'src_subject_id',
    'subjectkey',
    'eid',
    'ptid',
    'rid',
    'iid',
    'ursi',
    'record_id',
    'patient',
    'patient_id',
  ],
  ...[
    'metadata_plate',
    'metadata_plate_barcode',
    'metadata_plate_id',
    'assay_plate_barcode',
    'plate_barcode',
  ],
  ...['barcode', 'plate', 'plate_id', 'plate_name', 'platename'],
  ...['sample', 'sample_id', 'sample_name', 'sample_alias', 'samplename', 'sample_accession', 'biosample'],
  ...['run_accession', 'uri', 'sample_uri', 'vcf_uri', 'month', 'name', 'item', 'id'],
];

/** Headings that tell apart the rows of one item: a session, a visit, a task, a well. */
const parts: readonly string[] = [
  ...['session', 'session_id', 'ses', 'ses_id', 'visit', 'visit_id', 'visit_code', 'viscode', 'eventname'],
  ...['redcap_event_name', 'event_name', 'timepoint', 'time_point', 'wave', 'run', 'run_id', 'task', 'lane'],
  ...['metadata_well', 'well', 'metadata_site', 'site', 'replicate', 'scan', 'scan_id', 'day', 'date'],
];

/** A heading without what people write differently: case, blanks, `_`, `-`, `.`, a leading `#`. */
export const normal = (heading: string): string => heading.toLowerCase().replace(/[\s_.#-]/g, '');

const order = new Map(known.map((word, index) => [normal(word), index]));
const partWords = new Set(parts.map(normal));

/** How well a heading names items of this noun: the lower the better; undefined where it is not known to. */
export function nameRank(heading: string, one: string): number | undefined {
  const word = normal(heading);
  const own = [one, `${one}_id`, `${one}_name`, `${one}_label`, `metadata_${one}`].map(normal).indexOf(word);
  return own >= 0 ? own - 10 : order.get(word);
}

/** Whether a heading is one of those that tell the rows of an item apart. */
export const isPart = (heading: string): boolean => partWords.has(normal(heading));
