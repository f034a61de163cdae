// Follows the course: asks for what changed after each save, and keeps the page where its reader is.

import * as cards from "./cards.js";
import { by, make, problem, state, steadily } from "./parts.js";
import * as review from "./review.js";

const FILTERS = ["search", "lesson", "kind", "tag", "problem"];
let scrolled = 0;

function choices(id, values, every) {
  const select = by(id);
  const before = select.value;
  if (select.dataset.values === JSON.stringify(values)) return;
  select.dataset.values = JSON.stringify(values);
  select.replaceChildren(make("option", { value: "", textContent: every }), ...values.map(([value, text]) => make("option", { value, textContent: text })));
  select.value = values.some(([value]) => value === before) ? before : "";
}

const counted = (count, what) => count && `${count} ${what}${count === 1 ? "" : "s"}`;

function update() {
  document.title = by("title").textContent = state.title || "Preview";
  const all = state.lessons.flatMap((lesson) => lesson.cards);
  const sorted = (values) => [...new Set(values)].sort().map((value) => [value, value]);
  choices("lesson", state.lessons.map((lesson) => [lesson.id, lesson.title]), "every lesson");
  choices("kind", sorted(all.map((card) => card.kind)), "every kind");
  choices("tag", sorted(all.flatMap((card) => card.tags)), "every tag");
  by("contents").replaceChildren(...state.lessons.map((lesson) => make("li", {}, make("a", { href: `#lesson-${lesson.id}`, textContent: lesson.title }))));
  problems();
  cards.draw();
  review.update();
}

// Warnings are beside their card. Errors are at the top, with warnings that belong to no card.
function problems() {
  const errors = state.problems.filter((each) => each.severity === "error");
  const warnings = state.problems.length - errors.length;
  const above = [...errors, ...state.problems.filter((each) => each.severity !== "error" && !each.card)];
  by("problems").hidden = state.problems.length === 0;
  by("problems").classList.toggle("errors", errors.length > 0);
  by("problems").replaceChildren(make("h2", { textContent: [counted(errors.length, "problem"), counted(warnings, "warning")].filter(Boolean).join(", ") }), ...above.map(problem));
}

let isLoading = false;
let isStale = false;

async function load() {
  isStale = true;
  if (isLoading) return;
  isLoading = true;
  try {
    while (isStale) {
      isStale = false;
      const answer = await (await fetch(`/state?known=${state.version}`)).json();
      const known = new Map(state.lessons.map((lesson) => [lesson.file, lesson]));
      answer.lessons = answer.lessons.map((lesson) => (lesson.same ? known.get(lesson.file) : lesson));
      Object.assign(state, answer);
      steadily(update);
    }
  } finally {
    isLoading = false;
  }
}

function turnTo(isReview) {
  if (isReview === !by("review").hidden) return;
  if (isReview) scrolled = scrollY;
  by("review").hidden = !isReview;
  by("lessons").hidden = isReview;
  document.body.classList.toggle("reviewing", isReview);
  by("list-mode").setAttribute("aria-pressed", String(!isReview));
  by("review-mode").setAttribute("aria-pressed", String(isReview));
  if (isReview) review.start();
  scrollTo({ top: isReview ? 0 : scrolled, behavior: "instant" });
}

function redraw() {
  document.documentElement.dataset.look = by("look").value;
  document.documentElement.classList.toggle("phone", by("phone").checked);
  cards.redraw();
  review.redraw();
}

const isTyping = (element) => /^(INPUT|SELECT|TEXTAREA)$/.test(element.tagName);
const isControl = (element) => /^(BUTTON|A|SUMMARY)$/.test(element.tagName) && !element.closest("#review .controls");

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
  if (event.key === "/") by("search").focus();
  else if (event.key === "Escape" && !by("review").hidden) turnTo(false);
  else if (event.key === "r" && by("review").hidden) turnTo(true);
  else if (isControl(event.target) && (event.key === " " || event.key === "Enter")) return;
  else if (!review.press(event.key)) return;
  event.preventDefault();
}

window.addEventListener("message", (event) => {
  const data = event.data || {};
  review.hear(event.source, data);
  const height = Number(data.height);
  if (!(height > 0 && height < 20000)) return;
  for (const frame of document.querySelectorAll("iframe")) {
    if (frame.contentWindow !== event.source) continue;
    steadily(() => { frame.parentElement.dataset.height = frame.style.blockSize = `${height + 2}px`; });
  }
});

for (const id of FILTERS) {
  by(id).addEventListener("input", () => {
    steadily(cards.draw);
    if (!by("review").hidden) review.start();
  });
}
by("filters").addEventListener("submit", (event) => event.preventDefault());
for (const id of ["phone", "look"]) by(id).addEventListener("input", redraw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { if (!by("look").value) redraw(); });
by("list-mode").addEventListener("click", () => turnTo(false));
by("review-mode").addEventListener("click", () => { turnTo(true); by("review-mode").blur(); });
by("tools").addEventListener("click", () => {
  const isOpen = document.body.classList.toggle("with-tools");
  by("tools").setAttribute("aria-expanded", String(isOpen));
});
document.addEventListener("keydown", onKey);

const events = new EventSource("/events");
events.onmessage = (event) => {
  by("live").textContent = "Follows every save.";
  if (event.data !== state.version) load();
};
events.onerror = () => { by("live").textContent = "The preview has ended; start it again to go on."; };
