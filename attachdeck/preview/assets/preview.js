"use strict";

const by = (id) => document.getElementById(id);
const filters = ["search", "lesson", "kind", "tag", "problem"];
let state = { lessons: [], problems: [], version: 0 };

// Frames are made when they come near the window, so that thousands of cards cost no more than those in sight.
const near = new IntersectionObserver((entries) => {
  const seen = entries.filter((entry) => entry.isIntersecting).map((entry) => entry.target);
  seen.forEach((holder) => near.unobserve(holder));
  steadily(() => seen.forEach(fill));
}, { rootMargin: "600px" });

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in element && key !== "list") element[key] = value; else element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== ""));
  return element;
}

function looks() {
  return [by("night").checked && "night", by("phone").checked && "phone"].filter(Boolean).join(" ");
}

function fill(holder) {
  const { card, place, wording, side } = holder.dataset;
  const frame = make("iframe", { title: `${card}: ${side}`, src: `/card/${encodeURIComponent(card)}/${place}/${wording}/${side}?look=${encodeURIComponent(looks())}` });
  frame.setAttribute("sandbox", "allow-scripts");
  if (holder.dataset.height) frame.style.blockSize = holder.dataset.height;
  holder.replaceChildren(frame);
}

// What is in sight stays where it is, whatever a change does above it.
function steadily(change) {
  const top = scrollY > 0 && [...document.querySelectorAll("article")].find((each) => each.getBoundingClientRect().top >= 0);
  const before = top && top.getBoundingClientRect().top;
  change();
  const after = top && document.getElementById(top.id);
  if (after) scrollBy(0, after.getBoundingClientRect().top - before);
}

window.addEventListener("message", (event) => {
  const height = Number(event.data && event.data.height);
  if (!(height > 0 && height < 20000)) return;
  for (const frame of document.querySelectorAll("iframe")) {
    if (frame.contentWindow !== event.source) continue;
    steadily(() => { frame.parentElement.dataset.height = frame.style.blockSize = `${height + 2}px`; });
  }
});

function problem(each) {
  return make("div", { className: `problem ${each.severity}` },
    make("div", { className: "place", textContent: `${each.severity}[${each.rule}] ${each.place}` }),
    make("p", { textContent: each.message }),
    ...each.also.map((place) => make("p", { textContent: place })),
    each.help ? make("p", { textContent: each.help }) : "");
}

function article(card, problems) {
  const found = make("article", { id: `card-${card.id}` });
  found.dataset.hash = hashOf(card, problems);
  found.append(make("div", { className: "head" },
    make("h3", { textContent: card.id }),
    make("span", { className: "what", textContent: [card.kind, ...card.tags].join(" · ") }),
    make("span", { className: "place", textContent: placeOf(card) })));
  found.append(...problems.map(problem));
  for (const place of card.places) for (let wording = 0; wording < card.wordings; wording++) {
    if (wording > 0) found.append(make("p", { className: "wording", textContent: `variant ${wording}` }));
    const sides = make("div", { className: "sides" });
    for (const side of ["front", "back"]) {
      const holder = make("div");
      Object.assign(holder.dataset, { card: card.id, place, wording, side });
      sides.append(holder);
      near.observe(holder);
    }
    found.append(sides);
  }
  if (card.places.length === 0) found.append(make("p", { className: "empty", textContent: "Retired: learners who have this card keep it, newcomers do not get it." }));
  return found;
}

function wanted(card, lesson, problems) {
  const words = by("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  return words.every((word) => card.text.includes(word))
    && (!by("lesson").value || by("lesson").value === lesson.id)
    && (!by("kind").value || by("kind").value === card.kind)
    && (!by("tag").value || card.tags.includes(by("tag").value))
    && (!by("problem").checked || problems.length > 0);
}

// Where the same cards stand in the same order, only those that changed are replaced: frames that move in the page load again.
function patch() {
  const shown = [...document.querySelectorAll("article")];
  const cards = new Map(state.lessons.flatMap((lesson) => lesson.cards.map((card) => [`card-${card.id}`, card])));
  const order = state.lessons.flatMap((lesson) => lesson.cards.filter((card) => wanted(card, lesson, problemsOf(card))).map((card) => `card-${card.id}`));
  if (shown.length === 0 || order.join() !== shown.map((each) => each.id).join()) return false;
  for (const before of shown) {
    const card = cards.get(before.id);
    const problems = problemsOf(card);
    if (before.dataset.hash === hashOf(card, problems)) {
      before.querySelector(".head .place").textContent = placeOf(card);
      continue;
    }
    const after = article(card, problems);
    const heights = [...before.querySelectorAll(".sides > div")].map((holder) => holder.dataset.height);
    [...after.querySelectorAll(".sides > div")].forEach((holder, index) => { if (heights[index]) holder.dataset.height = holder.style.minBlockSize = heights[index]; });
    before.replaceWith(after);
  }
  return true;
}

const problemsOf = (card) => state.problems.filter((each) => each.card === card.id);
const hashOf = (card, problems) => card.hash + JSON.stringify(problems.map((each) => [each.place, each.message]));
const placeOf = (card) => `${card.file}:${card.line}`;

function draw() {
  const old = new Map([...document.querySelectorAll("article")].map((each) => [each.id, each]));
  const open = new Set([...document.querySelectorAll("details.reading[open]")].map((each) => each.dataset.lesson));
  const sections = [];
  let shown = 0;
  let all = 0;
  for (const lesson of state.lessons) {
    all += lesson.cards.length;
    const parts = [];
    for (const card of lesson.cards) {
      const problems = problemsOf(card);
      if (!wanted(card, lesson, problems)) continue;
      const before = old.get(`card-${card.id}`);
      parts.push(before && before.dataset.hash === hashOf(card, problems) ? before : article(card, problems));
    }
    shown += parts.length;
    if (parts.length === 0) continue;
    const section = make("section", {}, make("h2", { id: `lesson-${lesson.id}`, textContent: lesson.title }));
    if (lesson.stale) section.append(make("p", { className: "problem", textContent: "This lesson has mistakes; what you see is how it last was without." }));
    section.append(make("p", { className: "summary", textContent: lesson.summary }));
    if (lesson.note) section.append(make("p", { className: "summary", textContent: lesson.note }));
    if (lesson.reading) {
      const text = make("div", { className: "text" });
      text.innerHTML = lesson.reading; // Sanitised when it was made from Markdown; the page's policy lets no script in it run.
      const reading = make("details", { className: "reading", open: open.has(lesson.id) }, make("summary", { textContent: "Reading" }), text);
      reading.dataset.lesson = lesson.id;
      section.append(reading);
    }
    section.append(...parts);
    sections.push(section);
  }
  by("lessons").replaceChildren(...sections);
  if (shown === 0) by("lessons").append(make("p", { className: "empty", textContent: all ? "No card fits these filters." : "There is nothing to show yet." }));
  by("count").textContent = shown === all ? `${all} notes` : `${shown} of ${all} notes`;
}

function choices(id, values, every) {
  const select = by(id);
  const before = select.value;
  select.replaceChildren(make("option", { value: "", textContent: every }), ...values.map(([value, text]) => make("option", { value, textContent: text })));
  select.value = values.some(([value]) => value === before) ? before : "";
}

const counted = (count, what) => count && `${count} ${what}${count === 1 ? "" : "s"}`;

function update(same) {
  document.title = by("title").textContent = state.title || "Preview";
  const cards = state.lessons.flatMap((lesson) => lesson.cards);
  const sorted = (values) => [...new Set(values)].sort().map((value) => [value, value]);
  choices("lesson", state.lessons.map((lesson) => [lesson.id, lesson.title]), "every lesson");
  choices("kind", sorted(cards.map((card) => card.kind)), "every kind");
  choices("tag", sorted(cards.flatMap((card) => card.tags)), "every tag");
  by("contents").replaceChildren(...state.lessons.map((lesson) => make("li", {}, make("a", { href: `#lesson-${lesson.id}`, textContent: lesson.title }))));
  // What could be better stands beside its card; above all stands what must be mended, and what belongs to no card.
  const errors = state.problems.filter((each) => each.severity === "error");
  const warnings = state.problems.length - errors.length;
  const said = [counted(errors.length, "problem"), counted(warnings, "warning")].filter(Boolean).join(", ");
  const above = [...errors, ...state.problems.filter((each) => each.severity !== "error" && !each.card)];
  by("problems").hidden = state.problems.length === 0;
  by("problems").replaceChildren(make("h2", { textContent: said }), ...above.map(problem));
  if (!same || !patch()) draw();
}

async function load() {
  const before = about(state);
  const answer = await fetch("/state");
  state = await answer.json();
  steadily(() => update(before === about(state)));
}

// What stands around the cards; while it is the same, the cards can be patched in place.
function about(found) {
  return JSON.stringify(found.lessons.map((lesson) => [lesson.id, lesson.title, lesson.summary, lesson.note, lesson.reading, lesson.stale]));
}

for (const id of filters) by(id).addEventListener("input", () => steadily(draw));
by("filters").addEventListener("submit", (event) => event.preventDefault());
for (const id of ["phone", "night"]) {
  by(id).addEventListener("input", () => {
    document.documentElement.classList.toggle(id, by(id).checked);
    for (const holder of document.querySelectorAll(".sides > div")) {
      if (holder.firstChild) { holder.replaceChildren(); near.observe(holder); }
    }
  });
}
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !/^(INPUT|SELECT)$/.test(event.target.tagName)) { event.preventDefault(); by("search").focus(); }
});

const events = new EventSource("/events");
events.onmessage = (event) => {
  by("live").textContent = "Follows every save.";
  if (Number(event.data) !== state.version) load();
};
events.onerror = () => { by("live").textContent = "The preview has ended; start it again to go on."; };
