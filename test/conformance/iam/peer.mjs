// Decides the cases of standard input with iam-simulate, and writes one answer a line.
import { createInterface } from 'node:readline';
import { runSimulation } from '@cloud-copilot/iam-simulate';

for await (const line of createInterface({ input: process.stdin })) {
  const { id, request, identity, resourcePolicy, boundary } = JSON.parse(line);
  const answer = await runSimulation(
    {
      request: {
        principal: request.principal,
        action: request.action,
        resource: { resource: request.resource, accountId: '000000000000' },
        contextVariables: request.context,
      },
      identityPolicies: identity,
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(resourcePolicy ? { resourcePolicy } : {}),
      ...(boundary.length > 0 ? { permissionBoundaryPolicies: boundary } : {}),
    },
    { simulationMode: 'Strict' },
  );
  process.stdout.write(
    `${JSON.stringify({
      id,
      theirs: answer.overallResult,
      ignored: answer.result?.ignoredContextKeys,
      ...(answer.errors ? { error: answer.errors } : {}),
    })}\n`,
  );
}
