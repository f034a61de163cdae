"use strict";
// Search through all lessons and cards. A card is found by what it asks and answers, and shown by what it asks. The texts are large, so
// they come with the first search.

const search = (function () {
  const form = document.getElementById("search");
  const sought = document.getElementById("sought");
  const found = document.getElementById("found");
  const MOST = 30;
  let entries;

  /** Small letters without accents, so that `senal` finds `señal`. */
  function folded(text) {
    return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  }

  function load() {
    if (document.getElementById("texts")) return;
    const script = document.createElement("script");
    script.id = "texts";
    script.src = "texts.js";
    document.head.append(script);
  }

  /** The texts have come. */
  function ready() {
    entries = COURSE.texts.map((entry) => ({ entry, text: folded(entry.title + " " + entry.text) }));
    show();
  }

  function show() {
    load();
    if (!entries) return;
    const wanted = folded(sought.value).split(/\s+/).filter(Boolean);
    const fitting = wanted.length ? entries.filter(({ text }) => wanted.every((word) => text.includes(word))) : [];
    found.hidden = !wanted.length;
    found.querySelector("p").textContent = fitting.length ? COURSE.words.Found + ": " + fitting.length : COURSE.words["Not found"];
    found.querySelector("ul").replaceChildren(...fitting.slice(0, MOST).map(({ entry }) => line(entry)));
  }

  function line(entry) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = entry.page;
    link.textContent = entry.title;
    link.addEventListener("click", () => { found.hidden = true; });
    item.append(link);
    return item;
  }

  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const first = found.querySelector("a");
    if (first) first.click();
  });
  sought.addEventListener("focus", load);
  sought.addEventListener("input", show);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") found.hidden = true;
  });
  return { ready };
})();
