import { encodeProof, type ProofText } from '../../../jobs/plate-archive/format/proof.ts';

declare const brand: unique symbol;

/**
 * A proof that was just made. There is no other way to one than this file, which the verifier alone may import
 * (test/import-rules.test.ts), and no other place for one in the account than a prefix that its role alone may write.
 */
export type MintedProof = ProofText & { readonly [brand]: true };

/** Only for what was read and compared from the first byte to the last, without a finding. */
export const mintProof = (text: ProofText): MintedProof => text as MintedProof;

export const storedProof = (proof: MintedProof): Buffer => encodeProof(proof);
