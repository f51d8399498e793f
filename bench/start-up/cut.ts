/** The list that both ways find their part of, and which part. */
export const items = 1_000_000;
export const perShard = 100;
export const index = 8191;
