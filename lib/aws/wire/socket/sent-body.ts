import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { type Bytes, piecesOf } from '../../../contract/list/bytes.ts';

/** A body on its way into a socket; what is wrong with it closes the socket. */
export interface SentBody {
  readonly isWhole: boolean;
  /** What is left of it is not sent. */
  leave(): void;
}

/** Each piece once the one before has left: its memory is the next one's, and a copy of each would be garbage as large as the body. */
export function sendPieces(socket: Socket, body: Bytes): SentBody {
  let isWhole = false;
  let isLeft = false;
  const send = async (): Promise<void> => {
    for (const piece of piecesOf(body)) {
      if (isLeft) return;
      await new Promise<void>(done => void socket.write(piece, () => done()));
    }
    isWhole = true;
  };
  send().catch((error: Error) => socket.destroy(error));
  return {
    get isWhole() {
      return isWhole;
    },
    leave: () => {
      isLeft = true;
    },
  };
}

/** A byte too few or too many would be taken for the next request's: neither is sent. */
export function sendStream(socket: Socket, stream: Readable, length: number): SentBody {
  let sent = 0;
  stream.on('data', (chunk: Buffer) => {
    sent += chunk.length;
    if (sent > length) socket.destroy(new Error(`there are more than ${length} bytes to be sent`));
  });
  stream.on('error', error => socket.destroy(error));
  stream.on('end', () => {
    if (sent < length) socket.destroy(new Error(`there were ${sent} of ${length} bytes to be sent`));
  });
  stream.pipe(socket, { end: false });
  return {
    get isWhole() {
      return stream.readableEnded && sent === length;
    },
    leave: () => void stream.destroy(),
  };
}
