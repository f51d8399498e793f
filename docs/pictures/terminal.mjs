// What a terminal showed (a recording by script(1), on stdin) as a page: colours kept, of a line that was drawn again and again one
// picture from its middle and its last.
import { text } from 'node:stream/consumers';

const command = process.argv[2] ?? '';
const recorded = (await text(process.stdin))
  .replace(/^Script started.*\n/, '')
  .replace(/\nScript done.*\n?$/, '');
const tones = {
  1: 'font-weight:600',
  2: 'opacity:.65',
  31: 'color:#ff7b72',
  32: 'color:#7ee787',
  36: 'color:#79c0ff',
};
const escaped = part => part.replace(/[&<>]/g, sign => `&#${sign.charCodeAt(0)};`);

const lines = recorded.split(/\r?\n/).flatMap(line => {
  const frames = line.split('\r\u001b[2K').filter(Boolean);
  return frames.length > 2 ? [frames[Math.floor(frames.length * 0.6)], frames.at(-1)] : frames.slice(-1);
});
const html = lines.map(line => {
  let open = 0;
  const coloured = line
    .split(/(\u001b\[[\d;]*m)/)
    .map(part => {
      const [, codes] = /^\u001b\[([\d;]*)m$/.exec(part) ?? [];
      if (codes === undefined) return escaped(part.replaceAll(/\u001b\[[^A-Za-z]*[A-Za-z]/g, ''));
      const style = tones[Number(codes)];
      if (style) open++;
      const closing = '</span>'.repeat(style ? 0 : open);
      if (!style) open = 0;
      return style ? `<span style="${style}">` : closing;
    })
    .join('');
  return coloured + '</span>'.repeat(open);
});
process.stdout.write(`<!doctype html><meta charset="utf-8"><body style="margin:0;background:#0d1117;color:#e6edf3;padding:18px 22px">
<pre style="white-space:pre-wrap;font:14px/1.45 'DejaVu Sans Mono',monospace;margin:0"><span style="color:#7ee787">$</span> ${escaped(command)}
${html.join('\n')}</pre>`);
