"use strict";
// What the reader has marked: the key of a card, which is made of its GUID in Anki, and the mark. Kept in this browser, under the course's id.

const progress = (function () {
  const NAME = "attachdeck " + COURSE.id;
  const MARKS = ["Remembered", "Not yet"];
  let marks = new Map();
  let isKept = true;

  /** Marks from text of JSON that anybody may have written; what is no mark is left out. Throws where it is no JSON. */
  function read(text) {
    const found = JSON.parse(text) || {};
    return new Map(found.course === COURSE.id ? Object.entries(found.marks || {}).filter(([, mark]) => MARKS.includes(mark)) : []);
  }

  function written() {
    return JSON.stringify({ course: COURSE.id, marks: Object.fromEntries([...marks].sort()) }, null, 1) + "\n";
  }

  /** Take over what is kept: another page of the course may have added to it. */
  function load() {
    if (!isKept) return;
    try {
      const text = localStorage.getItem(NAME);
      marks = text ? read(text) : new Map();
    } catch (error) {
      isKept = !(error instanceof DOMException); // Storage may be closed; what cannot be read counts as nothing.
    }
  }

  function save() {
    try {
      localStorage.setItem(NAME, written());
    } catch (error) {
      isKept = false;
    }
    show();
  }

  function set(key, mark) {
    load();
    marks.set(key, mark);
    save();
  }

  function forget() {
    marks = new Map();
    try { localStorage.removeItem(NAME); } catch (error) { isKept = false; }
    show();
  }

  /** Add the marks of a file; false where it has none of this course. */
  function take(text) {
    let found;
    try { found = read(text); } catch (error) { return false; }
    if (!found.size) return false;
    load();
    found.forEach((mark, key) => marks.set(key, mark));
    save();
    return true;
  }

  /** Show every mark on this page, and how far each lesson has come. */
  function show() {
    document.querySelectorAll(".prompt").forEach((prompt) => {
      const mark = marks.get(prompt.dataset.key) || "";
      prompt.dataset.marked = mark;
      prompt.querySelectorAll(".marks button").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.mark === mark)));
    });
    const tallies = [...document.querySelectorAll(".tally")].map(count);
    const open = tallies.filter((tally) => !tally.isDone);
    const next = open.find((tally) => tally.hasBegun) || open[0];
    tallies.forEach((tally) => tally.place.classList.toggle("now", hasBegun() && tally === next));
    if (document.getElementById("standing")) standing(next || tallies[0]);
    if (!isKept) say("Not kept");
  }

  function hasBegun() {
    return COURSE.cards.some((card) => marks.has(card.key));
  }

  /** Count what is remembered of some cards, and show it where there is a line for it. */
  function fill(place, cards, isShown) {
    const remembered = cards.filter((card) => marks.get(card.key) === "Remembered").length;
    const line = place.querySelector(".count");
    line.dataset.size = line.dataset.size || line.textContent;
    const words = COURSE.words["So many remembered"].replace("{remembered}", remembered).replace("{count}", cards.length);
    line.textContent = isShown ? words : line.dataset.size;
    const share = cards.length ? Math.floor(100 * remembered / cards.length) : 0;
    place.querySelector(".track > span").style.inlineSize = share + "%";
    return share;
  }

  /** Show how far a lesson has come. */
  function count(place) {
    const cards = COURSE.cards.filter((card) => card.counts && card.lesson === place.dataset.lesson);
    const isBegun = cards.some((card) => marks.has(card.key));
    const isDone = fill(place, cards, isBegun) === 100;
    place.classList.toggle("done", isDone);
    const sign = place.querySelector(".sign");
    if (sign) sign.textContent = isDone ? "✓" : place.dataset.number;
    return { place, isDone, hasBegun: isBegun };
  }

  /** Show how far the reader has come in the course, and where to go on. */
  function standing(next) {
    const place = document.getElementById("standing");
    const share = fill(place, COURSE.cards.filter((card) => card.counts), true);
    place.querySelector(".share").textContent = share + " %";
    place.hidden = !hasBegun();
    const button = document.getElementById("onward");
    if (!button || !next) return;
    button.dataset.begin = button.dataset.begin || button.textContent;
    button.textContent = hasBegun() ? button.dataset.on.replace("{number}", next.place.dataset.number) : button.dataset.begin;
    button.href = hasBegun() ? next.place.dataset.page : COURSE.lessons[0].page;
  }

  function say(word) {
    document.querySelectorAll(".said").forEach((place) => { place.textContent = word ? COURSE.words[word] : ""; });
  }

  function refresh() {
    load();
    show();
  }

  function wire() {
    const by = (id) => document.getElementById(id);
    by("progress").hidden = false;
    by("forget").addEventListener("click", () => { if (confirm(COURSE.words["Forget?"])) forget(); });
    by("keep").addEventListener("click", () => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([written()], { type: "application/json" }));
      link.download = COURSE.id + "-progress.json";
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60000); // A browser may begin to read it late.
    });
    by("take").addEventListener("click", () => by("file").click());
    by("file").addEventListener("change", async () => {
      const [file] = by("file").files;
      if (file) say(take(await file.text()) ? "" : "No file of progress");
      by("file").value = "";
    });
  }

  refresh();
  if (document.getElementById("progress")) wire();
  window.addEventListener("storage", refresh);
  window.addEventListener("pageshow", refresh); // A page that comes back from the browser's history has slept meanwhile.
  return { set };
})();
