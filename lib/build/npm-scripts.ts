/** One daily command a workload: `npm run submit:rapidtide -- --participants participants.txt`. */
function npmScripts(workloads: readonly { readonly name: string }[]): Record<string, string> {
  return Object.fromEntries(
    workloads.map(({ name }) => [`submit:${name}`, `node bin/lab.ts submit ${name}`]),
  );
}

/** package.json's scripts with the generated ones in place of those that were generated before. */
export function withGenerated(
  scripts: Readonly<Record<string, string>>,
  workloads: readonly { readonly name: string }[],
): Record<string, string> {
  const own = Object.entries(scripts).filter(([name]) => !name.startsWith('submit:'));
  return { ...Object.fromEntries(own), ...npmScripts(workloads) };
}
