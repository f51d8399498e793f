import { duration, items, noun, number } from './facts.js';

// The items as a table, a page of it at a time.
const table = document.getElementById('items');
const find = document.getElementById('find');
const only = document.getElementById('only');
let page = 0;
const perPage = 200;
export const drawTable = () => {
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
