/** A twin's S3 in a process of its own, to be killed: `node serve.ts FOLDER` says its port. */
import { startServer } from '../../../lib/twin/http/server.ts';
import { s3Service } from '../../../lib/twin/s3/s3-service.ts';

const folder = process.argv[2] ?? '';
startServer({
  services: [s3Service({ folder })],
  credentials: { find: () => ({ secretAccessKey: 'secret' }) },
}).then(({ port }) => {
  process.stdout.write(`${port}\n`);
});
