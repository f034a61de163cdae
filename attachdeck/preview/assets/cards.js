// All cards of the course, lesson by lesson. What did not change keeps its elements: a frame that moves in the page loads again.

import { by, fill, hashOf, heading, make, place, problem, problemsOf, state, steadily } from "./parts.js";

const sections = new Map();
const articles = new Map();

// How many new cards are drawn at once: the first ones fill the window, and can be read before the rest are drawn; each portion is four times the last.
const FIRST_PORTION = 60;
const MILLISECONDS_BETWEEN_PORTIONS = 400; // In which the frames in sight are loaded.
let portion = FIRST_PORTION;

// Frames are made when they come near the window, so that thousands of cards cost no more than those in sight. Those in the window come first.
const MILLISECONDS_BEFORE_FRAMES_OUTSIDE = 400;
const near = new IntersectionObserver((entries) => {
  const arrived = entries.filter((entry) => entry.isIntersecting);
  arrived.forEach((entry) => near.unobserve(entry.target));
  const isInWindow = ({ boundingClientRect: { top, bottom } }) => bottom > 0 && top < innerHeight;
  fillAll(arrived.filter(isInWindow));
  setTimeout(fillAll, MILLISECONDS_BEFORE_FRAMES_OUTSIDE, arrived.filter((entry) => !isInWindow(entry)));
}, { rootMargin: "600px" });

function fillAll(entries) {
  if (entries.length) steadily(() => entries.forEach((entry) => fill(entry.target)));
}

export function wanted(card, lesson) {
  const words = by("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  return words.every((word) => card.text.includes(word))
    && (!by("lesson").value || by("lesson").value === lesson.id)
    && (!by("kind").value || by("kind").value === card.kind)
    && (!by("tag").value || card.tags.includes(by("tag").value))
    && (!by("problem").checked || problemsOf(card).length > 0);
}

function articleOf(card) {
  const element = make("article", { id: `card-${card.id}` }, heading(card, "h3"), make("div", { className: "problems" }));
  for (const number of card.places) for (let wording = 0; wording < card.wordings; wording += 1) {
    if (wording > 0) element.append(make("p", { className: "wording", textContent: `variant ${wording}` }));
    const sides = make("div", { className: "sides" });
    for (const side of ["front", "back"]) {
      const holder = make("div");
      Object.assign(holder.dataset, { card: card.id, place: number, wording, side });
      sides.append(holder);
      near.observe(holder);
    }
    element.append(sides);
  }
  if (card.places.length === 0) element.append(make("p", { className: "empty", textContent: "Retired: learners who have this card keep it, newcomers do not get it." }));
  return element;
}

function article(card) {
  const hash = hashOf(card);
  let known = articles.get(card.id);
  if (known?.hash !== hash) {
    const element = articleOf(card);
    if (known) keepHeights(known.element, element);
    known = { element, hash, at: `${card.file}:${card.line}`, problems: "" };
    articles.set(card.id, known);
  }
  bringUpToDate(known, card);
  return known.element;
}

// Lines move whenever something above them is written; the frames need not be drawn again for that.
function bringUpToDate(known, card) {
  const at = `${card.file}:${card.line}`;
  if (known.at !== at) known.element.querySelector(".head > .place").replaceWith(place(card));
  known.at = at;
  const problems = problemsOf(card);
  const all = problems.length ? JSON.stringify(problems) : "";
  if (known.problems !== all) known.element.querySelector(".problems").replaceChildren(...problems.map(problem));
  known.problems = all;
}

function keepHeights(before, after) {
  const heights = [...before.querySelectorAll(".sides > div")].map((holder) => holder.dataset.height);
  [...after.querySelectorAll(".sides > div")].forEach((holder, index) => {
    if (heights[index]) holder.dataset.height = holder.style.minBlockSize = heights[index];
  });
}

function section(lesson) {
  const above = JSON.stringify([lesson.id, lesson.title, lesson.stale, lesson.summary, lesson.note, lesson.reading]);
  const known = sections.get(lesson.file) || { element: make("section"), above: "" };
  if (known.above !== above) {
    const isOpen = known.element.querySelector(":scope > .above details.reading")?.open;
    const head = aboveCards(lesson, isOpen);
    if (known.above) known.element.firstChild.replaceWith(head); else known.element.append(head, make("div"));
    known.above = above;
  }
  sections.set(lesson.file, known);
  return known.element;
}

function aboveCards(lesson, isOpen = false) {
  const head = make("div", { className: "above" }, make("h2", { id: `lesson-${lesson.id}`, textContent: lesson.title }));
  if (lesson.stale) head.append(make("p", { className: "problem error", textContent: "This lesson has errors. You see it as it was before them." }));
  head.append(make("p", { className: "summary", textContent: lesson.summary }));
  if (lesson.note) head.append(make("p", { className: "summary", textContent: lesson.note }));
  if (lesson.reading) {
    const text = make("div", { className: "text" });
    text.innerHTML = lesson.reading; // Sanitised when it was made from Markdown; the page's policy lets no script in it run.
    head.append(make("details", { className: "reading", open: isOpen }, make("summary", { textContent: "Reading" }), text));
  }
  return head;
}

// Brings a parent's children into order, and moves as few of them as it can.
function arrange(parent, children) {
  const stays = new Set(children);
  for (const child of [...parent.children]) if (!stays.has(child)) child.remove();
  let next = parent.firstElementChild;
  for (const child of children) {
    if (child === next) next = next.nextElementSibling; else parent.insertBefore(child, next);
  }
}

export function draw() {
  const shown = [];
  const counts = { all: 0, shown: 0 };
  let room = portion;
  for (const lesson of state.lessons) {
    const cards = lesson.cards.filter((card) => wanted(card, lesson));
    counts.all += lesson.cards.length;
    counts.shown += cards.length;
    const drawn = cards.filter((card) => articles.has(card.id) || room-- > 0);
    if (drawn.length === 0) continue;
    const element = section(lesson);
    arrange(element.lastChild, drawn.map(article));
    shown.push(element);
  }
  forget();
  if (counts.shown === 0) shown.push(make("p", { className: "empty", textContent: counts.all ? "No card fits these filters." : "There is nothing to show yet." }));
  arrange(by("lessons"), shown);
  portion = room < 0 ? 4 * portion : FIRST_PORTION;
  if (room < 0) setTimeout(() => steadily(draw), MILLISECONDS_BETWEEN_PORTIONS);
  by("count").textContent = counts.shown === counts.all ? `${counts.all} notes` : `${counts.shown} of ${counts.all} notes`;
}

// Lets go of what the course no longer has.
function forget() {
  const files = new Set(state.lessons.map((lesson) => lesson.file));
  const ids = new Set(state.lessons.flatMap((lesson) => lesson.cards.map((card) => card.id)));
  for (const file of sections.keys()) if (!files.has(file)) sections.delete(file);
  for (const id of articles.keys()) if (!ids.has(id)) articles.delete(id);
}

// Draws the frames again, as after a change of colours.
export function redraw() {
  for (const holder of document.querySelectorAll(".sides > div")) {
    if (holder.firstChild) { holder.replaceChildren(); near.observe(holder); }
  }
}
