// What the page knows, and how it says and shows it. Everything that it says in pictures stands in the tables, too.
export const facts = JSON.parse(document.getElementById('facts').textContent);
export const { items, gantt, sizes, noun } = facts;
export const states = ['done', 'partial', 'failed', 'running', 'waiting', 'blocked', 'cancelled'];
// Told apart by form and lightness, not by colour alone.
export const looks = {
  done: { form: 'rect', light: '#9ac7e8', dark: '#3b76a3' },
  partial: { form: 'triangle', light: '#4c8fc2', dark: '#7fb8e0' },
  failed: { form: 'crossRot', light: '#b42318', dark: '#ff8a80' },
  running: { form: 'circle', light: '#6a5acd', dark: '#b3a8ff' },
  waiting: { form: 'dash', light: '#8b949e', dark: '#8b949e' },
  blocked: { form: 'line', light: '#8b949e', dark: '#8b949e' },
  cancelled: { form: 'star', light: '#8b949e', dark: '#8b949e' },
};
export const isDark = () =>
  matchMedia('(prefers-color-scheme: dark)').matches && !matchMedia('print').matches;
export const colour = name => window.getComputedStyle(document.documentElement).getPropertyValue(name).trim();
export const number = value => value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 1 : 0 });
// A run may have more of them than a call takes arguments.
export const most = values => values.reduce((so, value) => (value > so ? value : so), 0);
export const duration = s =>
  s < 60 ? `${Math.round(s)} s` : s < 3600 ? `${number(s / 60)} min` : `${number(s / 3600)} h`;

export const sayItem = index => {
  const reason = items.reasonOf[index] < 0 ? '' : `: ${items.reasons[items.reasonOf[index]]}`;
  const time = items.seconds[index] === null ? '' : `, ${duration(items.seconds[index])}`;
  const memory = items.memory[index] === null ? '' : `, ${number(items.memory[index] / 1024)} GiB`;
  const tries = items.attempts[index] === 1 ? '' : `, ${items.attempts[index]} attempts`;
  return `${items.names[index]}: ${items.states[index]}${time}${memory}${tries}${reason}`;
};
