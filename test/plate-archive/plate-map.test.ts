import { mapText, plateMap, wellOf } from '../../jobs/plate-archive/plate/plate-map.ts';
import { platePage } from '../../jobs/plate-archive/plate/plate-page.ts';
import { archiveCost, restoreCost } from '../../jobs/plate-archive/prices.ts';

it.each([
  ['images/r01c02f03p01-ch1sk1fk1fl1.tiff', 'A02'],
  ['images/r16c24f09p01-ch5sk1fk1fl1.tiff', 'P24'],
  ['images/IX_B03_s1_w2.tif', 'B03'],
  ['analysis/BR01-C04-5/Cells.csv', undefined],
  ['analysis/BR01-C04/Cells.csv', 'C04'],
  ['images/Well D5 field 1.png', 'D05'],
  ['images/AA01_1.tif', 'AA01'],
  ['backend/BR01.sqlite', undefined],
  ['images/index.idx.xml', undefined],
])('%s is of %s', (key, wanted) => {
  const well = wellOf(key);
  const row =
    well && (well.row < 26 ? String.fromCharCode(65 + well.row) : `A${String.fromCharCode(39 + well.row)}`);
  expect(well && `${row}${String(well.column + 1).padStart(2, '0')}`).toBe(wanted);
});

it('a plate is drawn by what is present, missing and restored; signs say it without colour', () => {
  const keys = ['r01c01f1', 'r01c01f2', 'r01c02f1', 'r02c01f1', 'r08c12f1', 'notes.txt'];
  const there = new Set(['r01c01f1', 'r02c01f1', 'r08c12f1']);
  const map = plateMap(
    keys,
    key => there.has(key),
    key => key === 'r08c12f1',
  );
  expect([map.rows, map.columns, map.others]).toEqual([8, 12, 1]);
  const lines = mapText(map, { colour: false }).split('\n');
  expect(lines[1]).toBe(' A ◐ ○ · · · · · · · · · ·');
  expect(lines[2]).toBe(' B ● · · · · · · · · · · ·');
  expect(lines[8]).toBe(' H · · · · · · · · · · · ◆');
  expect(lines.at(-2)).toContain('1 object of no well');
  expect(mapText(map, { colour: true })).toContain('\x1b[36m◆');
});

it('the page of a plate is read on a telephone, in the dark and on paper, and counts as people do', () => {
  const map = plateMap(
    ['r01c01f1', 'notes.txt'],
    () => true,
    () => false,
  );
  const head = {
    ...{
      project: 'P',
      batch: 'B',
      plate: 'X<1>',
      plateFull: 'X',
      bucket: 'imaging',
      frozenAt: '2026-01-01T00:00:00Z',
    },
    ...{
      objects: 2,
      bytes: 10,
      labels: {},
      folders: [{ name: 'images', prefix: 'p/', objects: 2, bytes: 10 }],
    },
  } as unknown as Parameters<typeof platePage>[0];
  const seal = { tars: [{}], storageClass: 'GLACIER', inventory: 'a'.repeat(64) } as unknown as Parameters<
    typeof platePage
  >[1];
  const page = platePage(head, seal, map, '2026-01-02T00:00:00Z');
  expect(page).toContain('<title>X&#60;1&#62;</title>');
  expect(page).toContain('1 object is of no well.');
  for (const style of [
    'width=device-width',
    'color-scheme:light dark',
    'svg text{fill:currentColor}',
    '.wide{overflow-x:auto}',
    'break-inside:avoid',
  ])
    expect(page).toContain(style);
  // The signs of the legend keep their size where the page is narrow.
  expect(page).toContain('<svg class="map"');
  expect(page).not.toMatch(/(?:^|[},])svg\{max-width/m);
});

it('a plate of 300 GB in Deep Archive costs cents a month, and one tar of it cents to give back', () => {
  const gib = 1024 ** 3;
  const size = {
    objects: 100_000,
    bytes: 230 * gib,
    tars: 115,
    parts: 30_000,
    tarBytes: 230 * gib,
    besideBytes: 60e6,
  };
  const cost = archiveCost(size, 'DEEP_ARCHIVE');
  expect(cost.month).toBeCloseTo(0.229, 2);
  expect(cost.sourceMonth).toBeCloseTo(5.29, 2);
  expect(cost.requests).toBeLessThan(0.5);
  expect(restoreCost({ count: 1, bytes: 2 * gib }, 'DEEP_ARCHIVE', 'Standard', 7)).toMatchObject({
    hours: 12,
  });
  expect(restoreCost({ count: 1, bytes: 2 * gib }, 'DEEP_ARCHIVE', 'Standard', 7)!.retrieval).toBeCloseTo(
    0.04,
    3,
  );
  expect(restoreCost({ count: 1, bytes: gib }, 'DEEP_ARCHIVE', 'Expedited', 7)).toBeUndefined();
});
