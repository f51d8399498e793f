import { colour, duration, isDark, items, looks, most, number, sayItem } from './facts.js';
import { layout } from './layout.js';

// A ramp from light to dark that is one in print and without colour, too.
const shade = (value, largest) => {
  const share = largest > 0 ? Math.sqrt(value / largest) : 0;
  const light = isDark() ? 22 + 66 * share : 90 - 66 * share;
  return `hsl(210 60% ${light}%)`;
};

/** A number for every row and column, the first and the last too. */
const wholeTicks = (axis, count) => {
  axis.ticks = Array.from({ length: count }, (_, index) => ({ value: index + 1 }));
};

const rampText = (what, values, largest) => {
  if (values.every(value => value === null)) return 'not known of any';
  const [least, full] = isDark() ? ['dark', 'light'] : ['light', 'dark'];
  const text =
    what === 'seconds' ? duration(largest) : what === 'memory' ? `${number(largest / 1024)} GiB` : largest;
  return `from ${least} (0) to ${full} (${text}); without colour: not known`;
};

const map = document.getElementById('map');
const said = document.getElementById('said');
const by = document.getElementById('by');
let mapChart;
let here = -1;
export const drawMap = () => {
  const width = map.clientWidth || 900;
  const cell = Math.max(4, Math.min(26, (width - 90) / layout.columns));
  const height = Math.round(layout.rows * cell + 60);
  map.style.height = `${height}px`;
  const what = by.value;
  const values = what === 'state' ? undefined : items[what];
  const largest = values ? most(values) : 0;
  const look = state => looks[state][isDark() ? 'dark' : 'light'];
  const fills = items.states.map((state, index) =>
    values ? (values[index] === null ? 'transparent' : shade(values[index], largest)) : look(state),
  );
  const forms = items.states.map(state => (values ? 'rect' : looks[state].form));
  mapChart?.destroy();
  mapChart = new Chart(map.querySelector('canvas'), {
    type: 'scatter',
    data: {
      datasets: [
        {
          data: layout.at,
          pointStyle: forms,
          pointRadius: cell / 2 - (cell > 8 ? 1.5 : 0.5),
          pointHoverRadius: cell / 2 + 2,
          pointBackgroundColor: fills,
          pointBorderColor: values ? colour('--line') : fills,
          pointBorderWidth: items.states.map(state => (state === 'done' ? 0.5 : 2)),
        },
      ],
    },
    options: {
      maintainAspectRatio: false,
      events: ['mousemove', 'mouseout', 'click'],
      onHover: (_, active) => active[0] && go(active[0].index, false),
      scales: {
        x: {
          display: layout.kind !== 'grid',
          position: 'top',
          min: 0.4,
          max: layout.columns + 0.6,
          afterBuildTicks: axis => wholeTicks(axis, layout.columns),
          ticks: { color: colour('--soft') },
          grid: { display: false },
        },
        y: {
          display: layout.kind !== 'grid',
          reverse: true,
          min: 0.4,
          max: layout.rows + 0.6,
          afterBuildTicks: axis => wholeTicks(axis, layout.rows),
          ticks: {
            color: colour('--soft'),
            callback: v => (layout.label ? layout.label(v) : String.fromCharCode(64 + v)),
          },
          grid: { display: false },
        },
      },
      plugins: {
        legend: { display: false },
        tooltip: { callbacks: { label: point => sayItem(point.dataIndex) } },
      },
    },
  });
  document.getElementById('ramp').textContent = values ? rampText(what, values, largest) : '';
};
const go = (index, isKey = true) => {
  here = Math.max(0, Math.min(items.names.length - 1, index));
  said.textContent = sayItem(here);
  if (!isKey || !mapChart) return;
  mapChart.setActiveElements([{ datasetIndex: 0, index: here }]);
  mapChart.update('none');
};
const nearest = (dx, dy) => {
  if (here < 0) return 0;
  const from = layout.at[here];
  let best = here;
  let least = Number.POSITIVE_INFINITY;
  layout.at.forEach(({ x, y }, index) => {
    const [along, across] = dx !== 0 ? [(x - from.x) * dx, y - from.y] : [(y - from.y) * dy, x - from.x];
    const far = along + 100 * Math.abs(across);
    if (along > 0 && far < least) [best, least] = [index, far];
  });
  return best;
};
map.addEventListener('keydown', event => {
  const moves = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  if (moves[event.key]) go(nearest(...moves[event.key]));
  else if (event.key === 'Home') go(0);
  else if (event.key === 'End') go(items.names.length - 1);
  else if (event.key === 'f' || event.key === 'F') {
    const next = items.states.findIndex((state, index) => index > here && state === 'failed');
    go(next < 0 ? items.states.indexOf('failed') : next);
  } else return;
  event.preventDefault();
});
by.addEventListener('change', drawMap);
