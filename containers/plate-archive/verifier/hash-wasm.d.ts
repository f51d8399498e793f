/** The package's single algorithms have no types of their own. */
declare module 'hash-wasm/dist/crc32.umd.min.js' {
  const own: Pick<typeof import('hash-wasm'), 'createCRC32'>;
  export default own;
}
declare module 'hash-wasm/dist/crc64.umd.min.js' {
  const own: Pick<typeof import('hash-wasm'), 'createCRC64'>;
  export default own;
}
