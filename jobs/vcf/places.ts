import type { ObjectStore } from '../../lib/contract/ports/object-store.ts';
import { LabError } from '../../lib/contract/workload/errors.ts';
import type { PlaceSpec, Right } from '../../lib/contract/workload/places.ts';
import type { PlacePort, SpecPorts } from '../../lib/contract/workload/workload.ts';
import { parseS3Uri } from './s3-uri.ts';

/** Where the files of samples may be: a list may name all of them. */
export const samplePlaces = ['samples', 'more-samples'] as const;
/** Where the regions of an export may be. */
export const bedPlaces = ['regions', 'destination', 'dataset'] as const;

export const ingestPlaces: Readonly<Record<string, PlaceSpec>> = {
  dataset: { describe: 'where TileDB-VCF datasets are' },
  samples: { describe: 'where the VCF and BCF files are' },
  'more-samples': { describe: 'another bucket with VCF and BCF files', optional: true },
};

export const exportPlaces: Readonly<Record<string, PlaceSpec>> = {
  dataset: { describe: 'where TileDB-VCF datasets are' },
  destination: { describe: 'where exports go' },
  regions: {
    describe: 'where BED files are, if they are not beside the exports or the datasets',
    optional: true,
  },
};

export const reading: readonly Right[] = ['list', 'read'];
export const writing: readonly Right[] = ['list', 'read', 'write'];

/** The places of a workload that its lab has, by name. */
export function placesByName(
  place: SpecPorts['place'],
  names: readonly string[],
): Readonly<Record<string, PlacePort>> {
  const found = names.flatMap(name => {
    try {
      return [[name, place(name)] as const];
    } catch (error) {
      // An optional one that the lab has not.
      if (error instanceof LabError) return [];
      throw error;
    }
  });
  return Object.fromEntries(found);
}

export const placesOf = (place: SpecPorts['place'], names: readonly string[]): readonly PlacePort[] =>
  Object.values(placesByName(place, names));

/** The store of a bucket that one of the places is in. */
export function storeAt(places: readonly PlacePort[], bucket: string): ObjectStore {
  const place = places.find(each => each.bucket === bucket);
  if (!place) throw new Error(`s3://${bucket} is in no place of this workload`);
  return place.store;
}

/** The place that an object lies in: jobs can open no other. */
export function placeOfUri(uri: string, places: readonly PlacePort[]): PlacePort | undefined {
  const at = parseS3Uri(uri);
  return at && places.find(({ bucket, prefix }) => bucket === at.bucket && at.key.startsWith(prefix));
}

export const placeNames = (places: readonly PlacePort[]): string =>
  places.map(({ bucket, prefix }) => `s3://${bucket}/${prefix}`).join(', ');
