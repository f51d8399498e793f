export interface ItemNoun {
  readonly one: string;
  readonly many: string;
  /** The label that people know it by, where its name is a number of ours: it is shown beside the name. */
  readonly calledBy?: string;
  /** `uri`: lines are `s3://` URIs with tab-separated columns; the name is the base name without its suffix. @default name */
  readonly lines?: 'name' | 'uri';
}

/** The unit that a person names, or a step's part of one. */
export interface Item {
  readonly name: string;
  /** Of an item that only a step has: the run's item that it is part of; without it, it is part of all. */
  readonly of?: string;
  /** The other columns of its line in the manifest. */
  readonly labels?: Readonly<Record<string, string>>;
}
