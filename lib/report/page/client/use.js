import { colour, isDark } from './facts.js';

// How many needed at most how much, against what was asked for.
export const drawUse = (id, values, asked, unit) => {
  const box = document.getElementById(id);
  const known = values.filter(value => value !== null).sort((a, b) => a - b);
  if (!box) return;
  box.hidden = known.length === 0;
  if (box.hidden) return;
  const step = Math.max(1, Math.floor(known.length / 500));
  const data = known.flatMap((value, index) =>
    index % step === 0 || index === known.length - 1
      ? [{ x: (100 * (index + 1)) / known.length, y: value }]
      : [],
  );
  const line = { showLine: true, pointRadius: 0, parsing: false };
  return new Chart(box.querySelector('canvas'), {
    type: 'scatter',
    data: {
      datasets: [
        {
          ...line,
          label: 'needed at most',
          data,
          borderColor: isDark() ? '#7fb8e0' : '#205d8a',
          borderWidth: 2,
        },
        ...(asked
          ? [
              {
                ...line,
                label: 'asked for',
                data: [
                  { x: 0, y: asked },
                  { x: 100, y: asked },
                ],
                borderColor: colour('--bad'),
                borderDash: [6, 4],
                borderWidth: 2,
              },
            ]
          : []),
      ],
    },
    options: {
      maintainAspectRatio: false,
      scales: {
        x: {
          min: 0,
          max: 100,
          title: { display: true, text: '% of them', color: colour('--soft') },
          ticks: { color: colour('--soft') },
          grid: { color: colour('--line') },
        },
        y: {
          beginAtZero: true,
          title: { display: true, text: unit, color: colour('--soft') },
          ticks: { color: colour('--soft') },
          grid: { color: colour('--line') },
        },
      },
      plugins: { legend: { labels: { color: colour('--ink') } } },
    },
  });
};
