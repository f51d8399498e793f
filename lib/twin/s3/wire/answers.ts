import type { ServerResponse } from 'node:http';

export function sendXml(response: ServerResponse, document: string): void {
  response
    .writeHead(200, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(document) })
    .end(document);
}
