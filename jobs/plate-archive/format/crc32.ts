/** CRC-32 is linear: that of two pieces after each other follows from theirs and the second's length. */
const polynomial = 0xedb88320;

/** The CRC-32 of A and B, of `bytesOfB` bytes, one after the other. */
export function combineCrc32(crcOfA: number, crcOfB: number, bytesOfB: number): number {
  return (shift(crcOfA, bytesOfB) ^ crcOfB) >>> 0;
}

/** A piece whose CRC-32 is known. */
export interface Piece {
  readonly crc32: number;
  readonly bytes: number;
}

/** The CRC-32 of pieces in a row. */
export const crc32OfPieces = (pieces: Iterable<Piece>): number => {
  let whole = 0;
  for (const { crc32, bytes } of pieces) whole = combineCrc32(whole, crc32, bytes);
  return whole;
};

/** Multiplication in GF(2)[x] modulo the polynomial, bits reflected. */
function multiply(a: number, b: number): number {
  let product = 0;
  let factor = b;
  for (let bit = 0x80000000; bit !== 0; bit >>>= 1) {
    if (a & bit) product ^= factor;
    factor = factor & 1 ? (factor >>> 1) ^ polynomial : factor >>> 1;
  }
  return product >>> 0;
}

/** x to the power of 8·2^n. */
const powers: number[] = [];
for (let n = 0, power = 0x00800000; n < 60; n++, power = multiply(power, power)) powers.push(power);

/** The CRC after so many zero bytes. */
function shift(crc: number, bytes: number): number {
  let shifted = crc;
  for (let n = 0, left = bytes; left > 0; n++, left = Math.floor(left / 2))
    if (left % 2 === 1) shifted = multiply(shifted, powers[n]!);
  return shifted >>> 0;
}
