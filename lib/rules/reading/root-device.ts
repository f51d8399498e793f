/** Whether a mapping is of the root volume, for which what it leaves out is the image's. */
export const isRoot = (device: string): boolean => /^\/dev\/(xvda|sda1?)$/.test(device);
