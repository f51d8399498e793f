import fc from 'fast-check';
import { toolLines } from '../../../containers/runtime/tool-lines.ts';

async function linesOf(chunks: readonly (string | Buffer)[], clock: () => number = () => 0) {
  const stream = (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk);
  })();
  const lines: string[] = [];
  for await (const line of toolLines(stream, clock)) lines.push(line);
  return lines;
}

it('lines end by LF or CRLF, and the last one by the end', async () => {
  expect(await linesOf(['one\ntwo\r\n\nfour\r', '\nfive'])).toEqual(['one', 'two', '', 'four', 'five']);
});

it('of a progress bar the first state, one in 30 s and the last are lines', async () => {
  let seconds = 0;
  const bar = Array.from({ length: 101 }, (_, percent) => `\r${percent}%`);
  expect(await linesOf([...bar, '\ndone\n'], () => seconds++ * 1000)).toEqual([
    '0%',
    '30%',
    '60%',
    '90%',
    '100%',
    'done',
  ]);
});

it('a bar that is never ended still shows its last state', async () => {
  expect(await linesOf(['1%\r2%\r3%\r'])).toEqual(['1%', '3%']);
});

it('however output is cut into pieces, the lines are the same', async () => {
  const text = fc.array(fc.constantFrom('a', 'é', '日', '\r', '\n', '\r\n', 'x'.repeat(9)), {
    maxLength: 40,
  });
  await fc.assert(
    fc.asyncProperty(
      text,
      fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
      async (parts, sizes) => {
        const whole = Buffer.from(parts.join(''));
        const pieces: Buffer[] = [];
        for (let at = 0, i = 0; at < whole.length; i++) {
          const size = sizes[i % sizes.length]!;
          pieces.push(whole.subarray(at, at + size));
          at += size;
        }
        expect(await linesOf(pieces)).toEqual(await linesOf([whole]));
      },
    ),
  );
});

it('no text is lost where nothing is drawn again', async () => {
  const text = fc
    .array(fc.constantFrom('a', '日', ' ', '\n'), { maxLength: 60 })
    .map(parts => parts.join(''));
  await fc.assert(
    fc.asyncProperty(text, async whole => {
      expect((await linesOf([whole])).join('\n')).toBe(whole.replace(/\n$/, ''));
    }),
  );
});

it.each(['x', 'é', '日', '🧠'])(
  'a line of %j without an end is many, each less than CloudWatch takes, and nothing of it is lost',
  async each => {
    const whole = `a${each.repeat(200_000)}`;
    const bytes = Buffer.from(whole);
    const chunks = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, i) =>
      bytes.subarray(i * 65_536, (i + 1) * 65_536),
    );
    const lines = await linesOf([...chunks, '\n', 'the next\n']);
    expect(Math.max(...lines.map(line => Buffer.byteLength(line)))).toBeLessThan(256 * 1024 - 1000);
    // As they are written.
    const written = lines.map(line => Buffer.from(line).toString());
    expect(written.at(-1)).toBe('the next');
    expect(written.slice(0, -1).join('') === whole).toBe(true);
  },
);
