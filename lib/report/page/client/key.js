import { facts, isDark, looks, number, states } from './facts.js';

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
export const drawKey = () => {
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
