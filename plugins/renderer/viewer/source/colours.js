// Colours that colour-blind viewers can distinguish too: after Okabe and Ito, 2008.

const MIDDLE = {dark: '#e2e6ee', light: '#69748a'};
const LEFT = {dark: '#ff9f40', light: '#e07b12'};
const RIGHT = {dark: '#4dabf7', light: '#1c7ed6'};
const PEOPLE = {
  dark: ['#56befa', '#ffaa32', '#26c896', '#e284be', '#f4e85a', '#f06e3c', '#8c96ff'],
  light: ['#2b95d6', '#e08a00', '#0a9d70', '#c65c9c', '#b3a000', '#d2521f', '#6470e8'],
};

export function theme() {
  return document.documentElement.dataset.theme;
}

export function setTheme(name) {
  document.documentElement.dataset.theme = name;
}

export function personColour(person) {
  const colours = PEOPLE[theme()];
  return colours[person % colours.length];
}

// Colours of middle, left and right: of one person warm and cool; of several, shades of their own.
export function sideColours(person, people) {
  if (people === 1) return [MIDDLE[theme()], LEFT[theme()], RIGHT[theme()]];
  const own = personColour(person);
  return [own, mixed(own, '#fff6e0', 0.45), mixed(own, '#181e46', 0.4)];
}

export function mixed(one, other, share) {
  const parts = [1, 3, 5].map((at) => {
    const [a, b] = [one, other].map((colour) => parseInt(colour.slice(at, at + 2), 16));
    return Math.round(a + (b - a) * share).toString(16).padStart(2, '0');
  });
  return `#${parts.join('')}`;
}

export function variable(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
