// Opens the pages in Chromium and does what a reader does: by keyboard, in print, in the dark, and without scripts.
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, modules, executablePath] = process.argv.slice(2);
const { default: puppeteer } = await import(
  pathToFileURL(createRequire(join(modules, 'package.json')).resolve('puppeteer-core')).href
);
let failed = 0;
const check = (what, isTrue, seen = '') => {
  console.log(`${isTrue ? 'ok     ' : 'FAILED '} ${what}${isTrue ? '' : `: ${seen}`}`);
  if (!isTrue) failed++;
};
const browser = await puppeteer.launch({
  executablePath,
  headless: true,
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  for (const name of ['small', 'large', 'plate', 'year']) {
    const path = join(folder, `${name}.html`);
    const page = await browser.newPage();
    const wrong = [];
    const asked = [];
    page.on('console', message => message.type() === 'error' && wrong.push(message.text()));
    page.on('pageerror', error => wrong.push(error.message));
    page.on('request', request => asked.push(request.url()));
    await page.setViewport({ width: 1200, height: 900 });
    const began = performance.now();
    await page.goto(pathToFileURL(path).href, { waitUntil: 'load' });
    await page
      .waitForFunction(() => document.documentElement.dataset.drawn !== undefined)
      .catch(() => undefined);
    // Told, not judged: how quick it is depends on the machine.
    console.log(`        ${name}: drawn after ${Math.round(performance.now() - began)} ms`);
    check(
      `${name}: draws, without an error`,
      (await page.$eval('html', html => html.dataset.drawn)) === 'yes' && wrong.length === 0,
      wrong.join('; '),
    );
    check(`${name}: asks for nothing but itself`, asked.length === 1, asked.join(' '));
    check(`${name}: is under 3 MB`, statSync(path).size < 3e6, statSync(path).size);
    const colours = await page.evaluate(() => {
      const canvas = document.querySelector('#map canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const seen = new Set();
      for (let at = 0; at < data.length; at += 4)
        if (data[at + 3] > 200) seen.add(`${data[at]},${data[at + 1]},${data[at + 2]}`);
      return seen.size;
    });
    check(`${name}: the map has something on it`, colours > 1, colours);
    const late = await page.evaluate(() => {
      const canvas = document.querySelector('#gantt canvas');
      const from = Math.floor(canvas.width * 0.7);
      const { data } = canvas.getContext('2d').getImageData(from, 0, canvas.width - from, canvas.height);
      // #9ac7e8: what ended well.
      for (let at = 0; at < data.length; at += 4)
        if (data[at] === 154 && data[at + 1] === 199 && data[at + 2] === 232) return true;
      return false;
    });
    check(`${name}: attempts that ended well are shown to the end`, late);
    await page.focus('#map');
    await page.keyboard.press('ArrowRight');
    const first = await page.$eval('#said', said => said.textContent);
    await page.keyboard.press('ArrowRight');
    const second = await page.$eval('#said', said => said.textContent);
    check(
      `${name}: arrow keys go from one to the next, and say which`,
      first !== second && /: (done|failed|blocked|partial)/.test(second),
      `${first} | ${second}`,
    );
    await page.keyboard.press('f');
    check(
      `${name}: F goes to one that failed`,
      /: failed.*work\.sh exited with 3/.test(await page.$eval('#said', said => said.textContent)),
    );
    await page.select('#only', 'failed');
    const states = await page.$$eval('#items tr', rows => rows.map(row => row.cells[1].textContent));
    check(
      `${name}: the table shows what failed alone`,
      states.length > 0 && states.every(state => state === 'failed'),
    );
    await page.select('#by', 'seconds');
    check(
      `${name}: shown by time, it says what dark means`,
      (await page.$eval('#ramp', ramp => ramp.textContent)).startsWith('from light (0) to dark'),
    );
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
    check(
      `${name}: is dark where the reader wants it`,
      (await page.$eval('body', body => getComputedStyle(body).backgroundColor)) === 'rgb(13, 17, 23)',
    );
    await page.emulateMediaType('print');
    const print = await page.evaluate(() => ({
      paper: getComputedStyle(document.body).backgroundColor,
      ink: getComputedStyle(document.body).color,
      list: getComputedStyle(document.querySelector('.print')).display,
      tools: getComputedStyle(document.querySelector('.screen')).display,
    }));
    check(
      `${name}: print is black on white, with the list of what is not done`,
      print.paper === 'rgb(255, 255, 255)' &&
        print.ink === 'rgb(0, 0, 0)' &&
        print.list === 'block' &&
        print.tools === 'none',
      JSON.stringify(print),
    );
    await page.close();
    const plain = await browser.newPage();
    await plain.setJavaScriptEnabled(false);
    await plain.goto(pathToFileURL(path).href);
    const text = await plain.evaluate(() => document.body.innerText).catch(() => '');
    check(
      `${name}: without scripts it still tells totals, causes and provenance`,
      ['work.sh exited with 3', 'npx lab retry', 'manifest, SHA-256'].every(word => text.includes(word)),
    );
    await plain.close();
  }
} finally {
  await browser.close();
}
process.exitCode = failed > 0 ? 1 : 0;
