// What the list and the review share: elements, places in files, problems, and the frames in which cards are drawn.

export const by = (id) => document.getElementById(id);
export const state = { version: "", title: "", lessons: [], problems: [], editor: "", here: "" };

export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in element) element[key] = value; else element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== ""));
  return element;
}

// Code in a message stands between backticks.
export function coded(text) {
  return text.split("`").map((part, index) => (index % 2 ? make("code", { textContent: part }) : part));
}

// A place in a file; a link that opens it in the editor, if there is one.
export function place(at) {
  const text = [at.file, ...(at.line ? [at.line, at.column] : [])].filter(Boolean).join(":");
  if (!state.editor) return make("span", { className: "place", textContent: text });
  const values = { path: pathOf(at.file), line: at.line || 1, column: at.column || 1 };
  const href = state.editor.replace(/\{(path|line|column)\}/g, (_, name) => values[name]);
  return make("a", { className: "place", textContent: text, href, title: "Open in the editor" });
}

// The whole path of a file that is named as seen from where the preview was started.
function pathOf(file) {
  const rooted = (path) => (/^[a-z]:\//i.test(path) ? `/${path}` : path);
  const encoded = (path) => rooted(path).split("/").map(encodeURIComponent).join("/").replace(/^\/([a-z])%3A\//i, "/$1:/");
  return new URL(encoded(file), `file://${encoded(state.here)}`).pathname;
}

export function problem(each) {
  return make("div", { className: `problem ${each.severity}` },
    make("p", { className: "said" }, make("strong", { textContent: each.severity }), " ", ...coded(each.message)),
    make("p", {}, place(each), " ", make("span", { className: "rule", textContent: each.rule })),
    ...each.also.map((at) => make("p", {}, `${at.label}: `, place(at))),
    each.help ? make("p", { className: "help" }, "Help: ", ...coded(each.help)) : "");
}

// The problems of each card; made anew with each state.
const byCard = { of: null, problems: new Map() };

export function problemsOf(card) {
  if (byCard.of !== state.problems) {
    byCard.of = state.problems;
    byCard.problems = new Map();
    for (const each of state.problems) byCard.problems.set(each.card, [...(byCard.problems.get(each.card) || []), each]);
  }
  return byCard.problems.get(card.id) || [];
}

export const hashOf = (card) => JSON.stringify([card.hash, card.tags, card.places]);

export function heading(card, level) {
  return make("div", { className: "head" },
    make("span", { className: `tab is-${card.kind}`, textContent: card.kind }),
    make(level, { textContent: card.id }),
    make("span", { className: "what", textContent: card.tags.join(" · ") }),
    place(card));
}

export function isNight() {
  return by("look").value ? by("look").value === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

// Draws a side of a card into its holder. `pick` is what was chosen on the front.
export function fill(holder, pick = "") {
  const { card, place: number, wording, side } = holder.dataset;
  const looks = [isNight() && "night", by("phone").checked && "phone"].filter(Boolean).join(" ");
  const src = `/card/${encodeURIComponent(card)}/${number}/${wording}/${side}?look=${encodeURIComponent(looks)}`;
  const frame = make("iframe", { title: `${card}: ${side}`, name: pick });
  frame.setAttribute("sandbox", "allow-scripts");
  frame.src = src;
  if (holder.dataset.height) frame.style.blockSize = holder.dataset.height;
  holder.replaceChildren(frame);
}

// What is in sight stays where it is, whatever a change does above it.
export function steadily(change) {
  const top = scrollY > 0 && firstInSight();
  const before = top && top.getBoundingClientRect().top;
  change();
  const after = top && document.getElementById(top.id);
  if (after) scrollBy({ top: after.getBoundingClientRect().top - before, behavior: "instant" });
}

// The first article that begins in the window or below it, found by halving: a course may have thousands.
function firstInSight() {
  const articles = document.querySelectorAll("article");
  let [first, last] = [0, articles.length];
  while (first < last) {
    const middle = (first + last) >> 1;
    if (articles[middle].getBoundingClientRect().top < 0) first = middle + 1; else last = middle;
  }
  return articles[first];
}
