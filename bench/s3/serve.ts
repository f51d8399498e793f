import { startServer } from '../../lib/twin/http/server.ts';
import { s3Service } from '../../lib/twin/s3/s3-service.ts';
import { keys } from './servers.ts';

/** The twin's S3 alone, in a process of its own: `node serve.ts FOLDER PORT`. */
const [folder = '', port] = process.argv.slice(2);
startServer({
  port: Number(port),
  services: [s3Service({ folder })],
  credentials: { find: id => (id === keys.accessKeyId ? keys : undefined) },
});
