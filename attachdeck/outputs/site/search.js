"use strict";
// Search through all lessons and cards. A card is found by what it asks and answers, and shown by what it asks.

(function () {
  const form = document.getElementById("search");
  const sought = document.getElementById("sought");
  const found = document.getElementById("found");
  const MOST = 30;
  const entries = [...COURSE.lessons, ...COURSE.cards].map((entry) => ({ entry, text: folded(entry.title + " " + entry.text) }));

  /** Small letters without accents, so that `senal` finds `señal`. */
  function folded(text) {
    return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  }

  function show() {
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
  sought.addEventListener("input", show);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") found.hidden = true;
  });
})();
