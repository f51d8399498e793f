import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts';
import { startServer } from '../../../lib/twin/http/server.ts';
import { stsService } from '../../../lib/twin/sts/sts-service.ts';

describe('sts', () => {
  it('says who the caller is, and refuses every other call', async () => {
    const server = await startServer({
      services: [stsService({ account: '000000000000' })],
      credentials: { find: id => (id === 'AKID' ? { secretAccessKey: 'secret' } : undefined) },
    });
    const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret' };
    const client = new STSClient({ region: 'us-east-1', endpoint: server.url, credentials });
    try {
      const identity = await client.send(new GetCallerIdentityCommand({}));
      expect(identity.Account).toBe('000000000000');
      expect(identity.Arn).toBe('arn:aws:iam::000000000000:user/twin');
      await expect(client.send(new GetSessionTokenCommand({}))).rejects.toMatchObject({
        name: 'InvalidAction',
      });
    } finally {
      client.destroy();
      await server.close();
    }
  });

  it('refuses a wrong secret in the query protocol’s shape', async () => {
    const server = await startServer({
      services: [stsService({ account: '000000000000' })],
      credentials: { find: () => ({ secretAccessKey: 'secret' }) },
    });
    const credentials = { accessKeyId: 'AKID', secretAccessKey: 'wrong' };
    const client = new STSClient({ region: 'us-east-1', endpoint: server.url, credentials, maxAttempts: 1 });
    try {
      const answer = client.send(new GetCallerIdentityCommand({}));
      await expect(answer).rejects.toMatchObject({ name: 'SignatureDoesNotMatch', $fault: 'client' });
    } finally {
      client.destroy();
      await server.close();
    }
  });
});
