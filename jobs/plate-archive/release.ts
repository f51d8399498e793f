/**
 * Gives the memory of buffers back at once: the collector sees little of it, and comes late. For buffers that whoever calls has made,
 * and that nobody uses any more. Those that share memory with others stay.
 */
export function release(buffers: Iterable<Buffer>): void {
  for (const { buffer, byteLength } of buffers)
    if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
