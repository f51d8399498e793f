import type { Architecture } from './workload.ts';

/** A machine image that the lab's account bakes: ECS-optimized Amazon Linux 2023 with what its hosts would else fetch. */
export interface BakedImage {
  readonly architecture: Architecture;
  /** `s3://bucket/prefix/`, `/` at the end: copied to `/reference/<prefix>`. */
  readonly referenceData: readonly string[];
  /** URIs with a tag or a digest, pulled in advance. */
  readonly containerImages: readonly string[];
  /** Of the root volume, which holds all of it. */
  readonly rootGiB: number;
  /** When it is baked anew, with the newest base; and whenever what is in it is changed. */
  readonly schedule: BakeSchedule;
}

export const bakeSchedules = ['weekly', 'monthly', 'never'] as const;
export type BakeSchedule = (typeof bakeSchedules)[number];

/**
 * The parameter of SSM that has the newest image's id. Image Builder's service-linked role may write below `/imagebuilder/`
 * alone. Source: docs.aws.amazon.com/imagebuilder, "Use AWS Systems Manager Parameter Store parameters".
 */
export const bakedImageParameter = (lab: string, name: string): string =>
  `/imagebuilder/arraylab/${lab}/${name}`;

/** How a pool names an image of `bakedImages` in lab.config.ts. */
export const bakedPrefix = 'baked:';

/** The stack that bakes a lab’s images; a capital, for no lab has one in its name. */
export const imageStackName = (lab: string): string => `arraylab-${lab}-Images`;

/** `cdk deploy 'Images/*'` means it. */
export const imageStage = 'Images';
