/** USD a GB (10^9 bytes) from one region of AWS to another, in the US and Europe, as of 2025. Source: EC2's on-demand prices, data transfer. */
export const usdPerGbBetweenRegions = 0.02;
