/** A program that takes no words refuses them: `npm run bundle -- rapidtide` would else look as if it had heard. */
export function refuseWords(script: string): void {
  const words = process.argv.slice(2);
  if (words.length === 0) return;
  process.stderr.write(`${words.join(' ')}: npm run ${script} takes no words\n  fix: npm run ${script}\n`);
  process.exit(2);
}
