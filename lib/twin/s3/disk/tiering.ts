/** The tiers of Intelligent-Tiering whose objects cannot be read before a restore. */
export const archiveTiers = ['ARCHIVE_ACCESS', 'DEEP_ARCHIVE_ACCESS'] as const;
export type ArchiveTier = (typeof archiveTiers)[number];

/** After how many days without access objects of Intelligent-Tiering go where, of those that pass the filter. */
export interface TieringConfiguration {
  readonly id: string;
  readonly enabled: boolean;
  readonly prefix: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly tierings: readonly { readonly accessTier: ArchiveTier; readonly days: number }[];
}
