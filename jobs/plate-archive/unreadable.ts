import { isStoreError, type ObjectStore } from '../../lib/contract/ports/object-store.ts';

/**
 * Of some objects those that S3 does not show to whoever asks, and why: a listing does not tell that one is encrypted with a key
 * of its owner's. One of each folder is asked for, as folders were written by one program each.
 */
export async function unreadable(store: ObjectStore, keys: readonly string[]): Promise<readonly string[]> {
  const told = await Promise.all(
    keys.map(async key => {
      try {
        await store.look(key);
        return [];
      } catch (error) {
        if (!isStoreError(error) || (error.status !== 400 && error.status !== 403)) throw error;
        const why =
          error.status === 400
            ? 'it is encrypted with a key of its owner’s (SSE-C)'
            : 'neither you nor, maybe, the job may read it: its policy, or its key of KMS';
        return [`s3://${store.bucket}/${key} cannot be read: ${why}`];
      }
    }),
  );
  return told.flat();
}
