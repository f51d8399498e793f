import { colour, duration, gantt, isDark, most } from './facts.js';

export const drawGantt = () => {
  const box = document.getElementById('gantt');
  if (!box || gantt.host.length === 0) return;
  const lanes = gantt.hosts.map(() => 1);
  gantt.host.forEach((host, index) => {
    lanes[host] = Math.max(lanes[host], gantt.lane[index] + 1);
  });
  const firstRow = [];
  lanes.reduce((sum, count, host) => {
    firstRow[host] = sum;
    return sum + count;
  }, 0);
  const rows = lanes.reduce((sum, each) => sum + each, 0);
  const thick = Math.max(2, Math.min(12, 900 / rows));
  box.style.height = `${Math.round(rows * (thick + 1) + 110)}px`;
  const end = most(gantt.end);
  const unit = end > 7200 ? 3600 : 60;
  const bars = wanted =>
    gantt.host.flatMap((host, index) => {
      if ((gantt.exit[index] === 0) !== wanted) return [];
      const y = firstRow[host] + gantt.lane[index];
      return [
        { x: gantt.start[index] / unit, y, index },
        { x: Math.max(gantt.end[index], gantt.start[index] + 0.1) / unit, y, index },
        { x: Number.NaN, y: Number.NaN },
      ];
    });
  const dataset = (label, wanted, borderColor, borderWidth) => ({
    label,
    data: bars(wanted),
    borderColor,
    borderWidth,
    borderCapStyle: 'butt',
    pointRadius: 0,
    pointHitRadius: thick,
    spanGaps: false,
    // Parsed, for what is not is taken to be in the order of x, and half of it left out.
    showLine: true,
  });
  const dark = isDark();
  return new Chart(box.querySelector('canvas'), {
    type: 'scatter',
    data: {
      datasets: [
        dataset('ended well', true, dark ? '#3b76a3' : '#9ac7e8', thick),
        // Thinner too: told apart where there is no colour.
        dataset('did not', false, dark ? '#ff8a80' : '#b42318', Math.max(1, thick / 2.5)),
      ],
    },
    options: {
      maintainAspectRatio: false,
      scales: {
        x: {
          min: 0,
          max: Math.ceil((20 * end) / unit) / 20,
          title: {
            display: true,
            text: unit === 3600 ? 'hours since the first attempt' : 'minutes since the first attempt',
            color: colour('--soft'),
          },
          ticks: { color: colour('--soft') },
          grid: { color: colour('--line') },
        },
        y: {
          reverse: true,
          min: -1,
          max: rows,
          afterBuildTicks: axis => {
            axis.ticks = gantt.hosts.length <= 60 ? firstRow.map(value => ({ value })) : [];
          },
          ticks: {
            autoSkip: true,
            color: colour('--soft'),
            font: { size: 10 },
            callback: value => gantt.hosts[firstRow.indexOf(value)] ?? '',
          },
          grid: { display: false },
        },
      },
      plugins: {
        // Bars as they are drawn: boxes would have them as their frames, over the words.
        legend: {
          labels: { color: colour('--ink'), usePointStyle: true, pointStyle: 'line', pointStyleWidth: 36 },
        },
        tooltip: {
          callbacks: {
            label: ({ raw }) =>
              `${gantt.hosts[gantt.host[raw.index]]}: ${gantt.steps[gantt.step[raw.index]]} shard ${gantt.shard[raw.index]}, ${duration(gantt.end[raw.index] - gantt.start[raw.index])}, exit code ${gantt.exit[raw.index]}`,
          },
        },
      },
    },
  });
};
