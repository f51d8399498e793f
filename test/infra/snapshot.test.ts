import { defaultLab, synthesize } from '../rules/synthesized.ts';

expect.addSnapshotSerializer({ test: value => typeof value === 'string', print: String });

/** JSON whose small objects and lists are on one line, so that a change is seen with what is around it. */
function render(value: unknown, indent = ''): string {
  const line = JSON.stringify(value);
  if (typeof value === 'string' && value.includes('\n'))
    return `|\n${value.replace(/^/gm, `${indent}  `).replace(/ +$/gm, '')}`;
  if (typeof value !== 'object' || value === null || line.length + indent.length < 100) return line;
  const inner = `${indent}  `;
  const lines = Array.isArray(value)
    ? value.map(each => `${inner}- ${render(each, inner).trimStart()}`)
    : Object.entries(value).map(([name, each]) =>
        `${inner}${name}: ${render(each, inner)}`.replace(': \n', ':\n'),
      );
  return `\n${lines.join('\n')}`;
}

const { Resources, ...rest } = synthesize(defaultLab).json as {
  Resources: Record<string, { Metadata?: Record<string, unknown> }>;
};

it('the default lab is the stack that was last looked at (npx jest -u writes it anew)', () => {
  for (const resource of Object.values(Resources)) {
    // What CDK says to itself of assets.
    for (const name of Object.keys(resource.Metadata ?? {}))
      if (name.startsWith('aws:')) delete resource.Metadata![name];
  }
  const text = render({ ...rest, Resources }).replace(/\b[0-9a-f]{64}\b/g, 'HASH');
  expect(`${text}\n`).toMatchSnapshot();
});
