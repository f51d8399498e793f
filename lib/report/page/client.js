/* global Chart, document, window, matchMedia */
// Runs in the page: reads the run's columns and draws them. Everything that it says in pictures stands in the tables, too.
(() => {
  const facts = JSON.parse(document.getElementById('facts').textContent);
  const { items, gantt, sizes, noun } = facts;
  const states = ['done', 'partial', 'failed', 'running', 'waiting', 'blocked', 'cancelled'];
  // Told apart by form and lightness, not by colour alone.
  const looks = {
    done: { form: 'rect', light: '#9ac7e8', dark: '#3b76a3' },
    partial: { form: 'triangle', light: '#4c8fc2', dark: '#7fb8e0' },
    failed: { form: 'crossRot', light: '#b42318', dark: '#ff8a80' },
    running: { form: 'circle', light: '#6a5acd', dark: '#b3a8ff' },
    waiting: { form: 'dash', light: '#8b949e', dark: '#8b949e' },
    blocked: { form: 'line', light: '#8b949e', dark: '#8b949e' },
    cancelled: { form: 'star', light: '#8b949e', dark: '#8b949e' },
  };
  const isDark = () => matchMedia('(prefers-color-scheme: dark)').matches && !matchMedia('print').matches;
  const colour = name => window.getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const number = value => value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 1 : 0 });
  const duration = s =>
    s < 60 ? `${Math.round(s)} s` : s < 3600 ? `${number(s / 60)} min` : `${number(s / 3600)} h`;
  Chart.defaults.animation = false;
  Chart.defaults.font.family = 'system-ui, sans-serif';
  const charts = [];

  // Where each item stands: wells on their plate, days on their calendar, anything else in rows.
  const layout = (() => {
    const { names } = items;
    const wells = names.map(name => /^([A-P])0?(\d{1,2})$/.exec(name) ?? /^r(\d\d)c(\d\d)$/.exec(name));
    if (names.length > 1 && wells.every(Boolean)) {
      const at = wells.map(([, row, column]) => ({
        x: Number(column),
        y: /\d/.test(row) ? Number(row) : row.charCodeAt(0) - 64,
      }));
      return {
        kind: 'plate',
        at,
        rows: Math.max(...at.map(each => each.y)),
        columns: Math.max(...at.map(each => each.x)),
      };
    }
    const days = names.map(name => /^(\d{4})-(\d\d)(?:-(\d\d))?$/.exec(name));
    if (names.length > 1 && days.every(Boolean)) {
      const isMonths = days.every(([, , , day]) => day === undefined);
      const first = Math.min(
        ...days.map(
          ([, year, month]) => Number(year) * (isMonths ? 1 : 12) + (isMonths ? 0 : Number(month) - 1),
        ),
      );
      const at = days.map(([, year, month, day]) =>
        isMonths
          ? { x: Number(month), y: Number(year) - first + 1 }
          : { x: Number(day ?? 1), y: Number(year) * 12 + Number(month) - first },
      );
      const label = isMonths
        ? y => String(first + y - 1)
        : y => `${Math.floor((first + y - 1) / 12)}-${String(((first + y - 1) % 12) + 1).padStart(2, '0')}`;
      return {
        kind: 'calendar',
        at,
        rows: Math.max(...at.map(each => each.y)),
        columns: isMonths ? 12 : 31,
        label,
      };
    }
    const columns = Math.max(10, Math.ceil(Math.sqrt(names.length * 3)));
    return {
      kind: 'grid',
      at: names.map((_, index) => ({ x: (index % columns) + 1, y: Math.floor(index / columns) + 1 })),
      rows: Math.ceil(names.length / columns),
      columns,
    };
  })();

  const sayItem = index => {
    const reason = items.reasonOf[index] < 0 ? '' : `: ${items.reasons[items.reasonOf[index]]}`;
    const time = items.seconds[index] === null ? '' : `, ${duration(items.seconds[index])}`;
    const memory = items.memory[index] === null ? '' : `, ${number(items.memory[index] / 1024)} GiB`;
    const tries = items.attempts[index] === 1 ? '' : `, ${items.attempts[index]} attempts`;
    return `${items.names[index]}: ${items.states[index]}${time}${memory}${tries}${reason}`;
  };

  // A ramp from light to dark that is one in print and without colour, too.
  const shade = (value, most) => {
    const share = most > 0 ? Math.sqrt(value / most) : 0;
    const light = isDark() ? 22 + 66 * share : 90 - 66 * share;
    return `hsl(210 60% ${light}%)`;
  };

  const map = document.getElementById('map');
  const said = document.getElementById('said');
  const by = document.getElementById('by');
  let mapChart;
  let here = -1;
  const drawMap = () => {
    const width = map.clientWidth || 900;
    const cell = Math.max(4, Math.min(26, (width - 90) / layout.columns));
    const height = Math.round(layout.rows * cell + 60);
    map.style.height = `${height}px`;
    const what = by.value;
    const values = what === 'state' ? undefined : items[what];
    const most = values ? Math.max(0, ...values.map(value => value ?? 0)) : 0;
    const look = state => looks[state][isDark() ? 'dark' : 'light'];
    const fills = items.states.map((state, index) =>
      values ? (values[index] === null ? 'transparent' : shade(values[index], most)) : look(state),
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
            ticks: { stepSize: 1, color: colour('--soft'), callback: v => (Number.isInteger(v) ? v : '') },
            grid: { display: false },
          },
          y: {
            display: layout.kind !== 'grid',
            reverse: true,
            min: 0.4,
            max: layout.rows + 0.6,
            ticks: {
              stepSize: 1,
              color: colour('--soft'),
              callback: v =>
                !Number.isInteger(v) ? '' : layout.label ? layout.label(v) : String.fromCharCode(64 + v),
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
    document.getElementById('ramp').textContent = values
      ? `from ${isDark() ? 'dark' : 'light'} (0) to ${isDark() ? 'light' : 'dark'} (${what === 'seconds' ? duration(most) : what === 'memory' ? `${number(most / 1024)} GiB` : most}); without colour: not known`
      : '';
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

  const drawGantt = () => {
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
    const unit = gantt.end.length > 0 && Math.max(...gantt.end) > 7200 ? 3600 : 60;
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
    charts.push(
      new Chart(box.querySelector('canvas'), {
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
              max: Math.ceil((20 * Math.max(...gantt.end)) / unit) / 20,
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
            legend: { labels: { color: colour('--ink') } },
            tooltip: {
              callbacks: {
                label: ({ raw }) =>
                  `${gantt.hosts[gantt.host[raw.index]]}: ${gantt.steps[gantt.step[raw.index]]} shard ${gantt.shard[raw.index]}, ${duration(gantt.end[raw.index] - gantt.start[raw.index])}, exit code ${gantt.exit[raw.index]}`,
              },
            },
          },
        },
      }),
    );
  };

  // How many needed at most how much, against what was asked for.
  const drawUse = (id, values, asked, unit) => {
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
    charts.push(
      new Chart(box.querySelector('canvas'), {
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
      }),
    );
  };

  // The items as a table, a page of it at a time.
  const table = document.getElementById('items');
  const find = document.getElementById('find');
  const only = document.getElementById('only');
  let page = 0;
  const perPage = 200;
  const drawTable = () => {
    const text = find.value.toLowerCase();
    const fits = items.names
      .map((_, index) => index)
      .filter(
        index =>
          (only.value === '' || items.states[index] === only.value) &&
          (text === '' || items.names[index].toLowerCase().includes(text)),
      );
    const pages = Math.max(1, Math.ceil(fits.length / perPage));
    page = Math.min(page, pages - 1);
    const cell = (row, value, className) => {
      const td = row.insertCell();
      td.textContent = value;
      if (className) td.className = className;
    };
    table.replaceChildren();
    for (const index of fits.slice(page * perPage, (page + 1) * perPage)) {
      const row = table.insertRow();
      cell(row, items.names[index]);
      cell(row, items.states[index], items.states[index] === 'failed' ? 'bad' : '');
      cell(row, items.steps[index]);
      cell(row, items.attempts[index], 'n');
      cell(row, items.seconds[index] === null ? '' : duration(items.seconds[index]), 'n');
      cell(row, items.memory[index] === null ? '' : `${number(items.memory[index] / 1024)} GiB`, 'n');
      cell(row, items.reasonOf[index] < 0 ? '' : items.reasons[items.reasonOf[index]]);
    }
    document.getElementById('where').textContent =
      `${number(fits.length)} ${fits.length === 1 ? noun.one : noun.many}, page ${page + 1} of ${pages}`;
    document.getElementById('back').disabled = page === 0;
    document.getElementById('on').disabled = page >= pages - 1;
  };
  for (const input of [find, only])
    input.addEventListener('input', () => {
      page = 0;
      drawTable();
    });
  document.getElementById('back').addEventListener('click', () => {
    page--;
    drawTable();
  });
  document.getElementById('on').addEventListener('click', () => {
    page++;
    drawTable();
  });

  const key = document.getElementById('key');
  const forms = {
    rect: '<rect x="2" y="2" width="12" height="12"/>',
    triangle: '<path d="M8 2 14 14H2z"/>',
    crossRot: '<path d="M3 3 13 13M13 3 3 13" stroke-width="3"/>',
    circle: '<circle cx="8" cy="8" r="6"/>',
    dash: '<path d="M8 8h7" stroke-width="3"/>',
    line: '<path d="M1 8h14" stroke-width="3"/>',
    star: '<path d="M8 2v12M2 8h12M4 4l8 8M12 4l-8 8" stroke-width="2"/>',
  };
  const drawKey = () => {
    key.replaceChildren(
      ...states
        .filter(state => facts.counts[state] > 0)
        .map(state => {
          const li = document.createElement('li');
          const look = looks[state][isDark() ? 'dark' : 'light'];
          li.innerHTML = `<svg viewBox="0 0 16 16" fill="${look}" stroke="${look}" aria-hidden="true">${forms[looks[state].form]}</svg>`;
          li.append(`${state} ${number(facts.counts[state])}`);
          return li;
        }),
    );
  };

  const draw = () => {
    for (const chart of charts.splice(0)) chart.destroy();
    drawKey();
    drawMap();
    drawGantt();
    const asked = sizes[0]?.asked;
    drawUse(
      'memory',
      items.memory.map(value => value && value / 1024),
      asked && asked.memoryMiB / 1024,
      'GiB of memory',
    );
    drawUse('scratch', gantt.scratch, facts.scratchGiB, 'GiB on scratch');
  };
  draw();
  drawTable();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  window.addEventListener('beforeprint', draw);
  window.addEventListener('afterprint', draw);
  document.documentElement.dataset.drawn = 'yes';
})();
