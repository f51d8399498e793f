/** A twin's S3 that is empty again at every GET of /_lab/empty: `node serve.ts FOLDER` says its port. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startServer } from '../../../lib/twin/http/server.ts';
import type { TwinService } from '../../../lib/twin/http/service.ts';
import { s3Service } from '../../../lib/twin/s3/s3-service.ts';

const root = process.argv[2] ?? '';
let made = 0;
let s3: TwinService = make();

function make(): TwinService {
  const folder = join(root, String(made++));
  mkdirSync(folder, { recursive: true });
  return s3Service({ folder });
}

startServer({
  services: [{ name: 's3', handle: (request, response) => s3.handle(request, response) }],
  credentials: { find: () => ({ secretAccessKey: 'secret' }) },
  extra: async (request, response) => {
    if (request.url !== '/_lab/empty') return false;
    await s3.close?.();
    s3 = make();
    rmSync(join(root, String(made - 2)), { recursive: true, force: true });
    response.end();
    return true;
  },
}).then(({ port }) => process.stdout.write(`${port}\n`));
