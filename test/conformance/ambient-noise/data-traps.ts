// Archives that are not whole, or hold more than was asked for: each fault is told by name.
import assert from 'node:assert/strict';
import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { check, days, file, reasons, recipe, said, source, wideNoisepy, world, write } from './trap-world.ts';

await check(
  'a missing day is missing by name, and its unit is stacked only where that is allowed',
  async () => {
    const { day, stack } = world(archive =>
      rmSync(join(archive, 'continuous_waveforms/2024/2024_062'), { recursive: true }),
    );
    for (const each of days) await day(each);
    assert.deepEqual(
      reasons(await day(days[1]!)),
      recipe.stations.map(id => `${id} no-file: no file of BHE, BHN, BHZ`),
    );
    const refused = await stack('2024-03-03');
    assert.equal(refused.verdict, 'failed');
    assert.match(
      refused.reason!,
      /^3 of 9 station-days are missing: CI\.STAA 2024-03-02 \(no file of BHE, BHN, BHZ\)/,
    );
    const partial = await stack('2024-03-03', 0.4);
    assert.equal(partial.verdict, 'partial');
    assert.deepEqual(
      partial.report.stack?.pairs.map(({ windows }) => windows),
      Array(6).fill(94),
    );
  },
);

await check(
  'an unreadable channel takes its station out, by name; repaired, the day is made anew',
  async () => {
    const { archive, day, stack } = world(all =>
      writeFileSync(file(all, 1, 'STAB', 'BHN'), 'no miniSEED\n'.repeat(100)),
    );
    const broken = await day(days[0]!);
    assert.match(reasons(broken)[0]!, /^CI\.STAB unreadable: BHN cannot be read: /);
    assert.equal(broken.marker.pairs, 3);
    cpSync(file(source, 1, 'STAB', 'BHN'), file(archive, 1, 'STAB', 'BHN'));
    const repaired = await day(days[0]!);
    assert.equal(repaired.stood, false);
    assert.match(
      said.findLast(line => line.includes('made anew'))!,
      /in the archive CISTAB_BHN___2024061\.ms changed/,
    );
    assert.equal(repaired.marker.pairs, 6);
    await day(days[1]!);
    assert.equal((await stack('2024-03-02')).verdict, 'whole');
  },
);

await check('a file of 0 bytes, and one that is cut within a record', async () => {
  const { day } = world(all => {
    truncateSync(file(all, 1, 'STAA', 'BHE'), 0);
    truncateSync(file(all, 1, 'STAC', 'BHZ'), 512 * 100 + 100);
  });
  const found = reasons(await day(days[0]!));
  assert.match(found[0]!, /^CI\.STAA incomplete: no file of BHE/);
  assert.match(found[1]!, /^CI\.STAC (short|unreadable): BHZ /);
});

await check('what is wrong with a file is told of that file, however many are read at once', async () => {
  const { archive } = world(all => {
    const whole = readFileSync(file(all, 1, 'STAC', 'BHZ'));
    // A record in the middle whose samples are none.
    whole.fill(0xff, 512 * 40 + 64, 512 * 40 + 400);
    writeFileSync(file(all, 1, 'STAC', 'BHZ'), whole);
  });
  const named = (station: string, channel: string) => ({
    ...{ path: file(archive, 1, station, channel), network: 'CI', station, channel, location: '' },
  });
  const files = Array.from({ length: 600 }, (_, n) =>
    n % 3 === 0 ? named('STAC', 'BHZ') : named('STAA', 'BHE'),
  );
  const looked = await (await wideNoisepy()).inspect({ day: days[0]!, files, metadata: {}, response: false });
  const alone = await (await wideNoisepy()).inspect({
    ...{ day: days[0]!, files: [named('STAC', 'BHZ'), named('STAA', 'BHE')], metadata: {}, response: false },
  });
  const told = looked.map(({ error }) => error);
  assert.deepEqual(
    told,
    files.map(({ station }) => alone[station === 'STAC' ? 0 : 1]!.error),
  );
  assert.ok(alone[0]!.error && !alone[1]!.error, JSON.stringify(alone));
});

await check('65 % of a day is not a day, unless that was asked for', async () => {
  const { day } = world(all => {
    const path = file(all, 1, 'STAB', 'BHZ');
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, Math.floor((whole.length / 512) * 0.65) * 512));
  });
  assert.match(reasons(await day(days[0]!))[0]!, /^CI\.STAB short: BHZ has 6[45] % of the day's samples/);
  const lenient = await day(days[0]!, { ...recipe, coverage: 0.5 });
  const [, row] = lenient.marker.stations;
  assert.equal(row!.state, 'used');
  assert.ok(row!.windows! < 40 && row!.windowsOfDay === 47, JSON.stringify(row));
});

await check(
  'two bands and two locations in the archive: one of each is correlated, and the stack has it',
  async () => {
    const { day, stack } = world(all => {
      write(all, '2024-03-01', '2', 'STAA,STAB,STAC', '--channels', 'HHE,HHN,HHZ');
      // Metadata that know BH at location 00 alone, beside files without a location.
      write(all, '2024-03-01', '2', 'STAA,STAB,STAC', '--location', '00');
    });
    for (const each of days.slice(0, 2)) assert.equal((await day(each)).marker.pairs, 6);
    assert.equal((await stack('2024-03-02')).verdict, 'whole');
  },
);

await check('another rate, metadata that are broken, absent, or of another time: each by name', async () => {
  const { archive, day } = world(all => {
    write(join(all, '..', 'slow'), '2024-03-01', '1', 'STAA', '--rate', '0.5');
    cpSync(file(join(all, '..', 'slow'), 1, 'STAA', 'BHZ'), file(all, 1, 'STAA', 'BHZ'));
    writeFileSync(join(all, 'FDSNstationXML/CI/CI_STAB.xml'), '<FDSNStationXML');
    rmSync(join(all, 'FDSNstationXML/CI/CI_STAC.xml'));
  });
  const found = reasons(await day(days[0]!));
  assert.match(found[0]!, /^CI\.STAA other-rate: its components have 1 and 0\.5 Hz/);
  assert.match(found[1]!, /^CI\.STAB no-metadata: BHE, BHN, BHZ: its StationXML cannot be read/);
  assert.match(found[2]!, /^CI\.STAC no-metadata: BHE, BHN, BHZ: there is no StationXML of the station/);
  assert.equal((await day(days[0]!)).stood, true);
  const xml = join(archive, 'FDSNstationXML/CI/CI_STAA.xml');
  writeFileSync(xml, readFileSync(xml, 'utf8').replaceAll('2000-01-01', '2024-03-02'));
  assert.match(reasons(await day(days[0]!)).join(' '), /CI\.STAA (other-rate|no-metadata)/);
});

await check('a channel without a response ends nothing: its station is left out, by name', async () => {
  const { day } = world(all => write(all, '2024-03-01', '1', 'STAC', '--no-response'));
  const found = await day(days[0]!);
  assert.match(
    reasons(found).join(),
    /^CI\.STAC no-metadata: BHE, BHN, BHZ: its StationXML has no response of --\.BHE$/,
  );
  assert.equal(found.marker.pairs, 3);
});

await check(
  'a station whose name begins another one’s, and one of another network: those that were asked for',
  async () => {
    const { day, results, stack } = world(all => {
      write(all, '2024-03-01', '2', 'STA');
      write(all, '2024-03-01', '2', 'FRD', '--network', 'AZ');
    });
    const own = { ...recipe, stations: ['AZ.FRD', 'CI.STA', 'CI.STAB'] };
    for (const each of days.slice(0, 2)) {
      const { marker } = await day(each, own);
      assert.deepEqual([marker.pairs, marker.faults], [6, []]);
    }
    assert.deepEqual(
      results.writes.filter(key => /STAA|STAC/.test(key)),
      [],
    );
    assert.equal((await stack('2024-03-02', 0, own)).verdict, 'whole');
  },
);

await check(
  'a day that NoisePy takes out of a stack for its amplitude is missed by its windows',
  async () => {
    const { day, stack } = world(all => write(all, '2024-03-02', '1', 'STAB', '--amplitude', '3000'));
    const loud = { ...recipe, settings: { ...recipe.settings, freq_norm: 'no' } };
    for (const each of days) assert.equal((await day(each, loud)).marker.pairs, 6);
    const found = await stack('2024-03-03', 0, loud);
    assert.equal(found.verdict, 'failed');
    assert.match(found.reason!, /STAB .*has 94 windows, and its days have 141/);
  },
);

await check('a file that holds its day twice is that day once', async () => {
  const { day, stack } = world(all => {
    const path = file(all, 1, 'STAB', 'BHZ');
    const once = readFileSync(path);
    writeFileSync(path, Buffer.concat([once, once]));
  });
  const { marker } = await day(days[0]!);
  assert.deepEqual(
    marker.stations.map(({ state, coverage, windows }) => [state, coverage, windows]),
    Array(3).fill(['used', 1, 47]),
  );
  await day(days[1]!);
  assert.equal((await stack('2024-03-02')).verdict, 'whole');
});
