import { facts, gantt, items, sizes } from './facts.js';
import { drawMap } from './item-map.js';
import { drawTable } from './items-table.js';
import { drawKey } from './key.js';
import { drawGantt } from './timeline.js';
import { drawUse } from './use.js';

Chart.defaults.animation = false;
Chart.defaults.font.family = 'system-ui, sans-serif';

let charts = [];
const draw = () => {
  for (const chart of charts) chart?.destroy();
  drawKey();
  drawMap();
  const asked = sizes[0]?.asked;
  const memory = drawUse(
    'memory',
    items.memory.map(value => value && value / 1024),
    asked && asked.memoryMiB / 1024,
    'GiB of memory',
  );
  charts = [drawGantt(), memory, drawUse('scratch', gantt.scratch, facts.scratchGiB, 'GiB on scratch')];
};
draw();
drawTable();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
window.addEventListener('beforeprint', draw);
window.addEventListener('afterprint', draw);
document.documentElement.dataset.drawn = 'yes';
