"use strict";
// Draws the questions of a session: of the lessons that the reader has begun, or of all where none is. What is not yet remembered comes
// first, what is remembered last, and neighbours come from different lessons, as far as there are others.

(function () {
  const session = document.getElementById("session");
  const rest = document.getElementById("rest");
  const button = document.getElementById("again");
  const count = session.children.length;
  const prompts = [...document.querySelectorAll(".prompt[data-key]")];
  const RANKS = { "Not yet": 0, "": 1, Remembered: 2 };
  let seen = new Set();

  function draw() {
    const begun = new Set(prompts.filter((prompt) => prompt.dataset.marked).map((prompt) => prompt.dataset.lesson));
    const wanted = prompts.filter((prompt) => !begun.size || begun.has(prompt.dataset.lesson));
    if (wanted.filter((prompt) => !seen.has(prompt)).length < count) seen = new Set();
    const ranked = wanted.filter((prompt) => !seen.has(prompt))
      .map((prompt) => [RANKS[prompt.dataset.marked] + Math.random(), prompt]).sort((one, other) => one[0] - other[0]);
    show(apart(ranked.slice(0, count).map(([, prompt]) => prompt)));
  }

  /** Take from the lesson with the most questions left that is not the one before. */
  function apart(drawn) {
    const ordered = [];
    while (drawn.length) {
      const last = ordered.length ? ordered[ordered.length - 1].dataset.lesson : "";
      const left = (prompt) => drawn.filter((other) => other.dataset.lesson === prompt.dataset.lesson).length;
      const others = drawn.filter((prompt) => prompt.dataset.lesson !== last);
      const next = (others.length ? others : drawn).reduce((best, prompt) => (left(prompt) > left(best) ? prompt : best));
      drawn = drawn.filter((prompt) => prompt !== next);
      ordered.push(next);
    }
    return ordered;
  }

  function show(drawn) {
    rest.append(...session.children);
    drawn.forEach((prompt) => {
      seen.add(prompt);
      prompt.querySelectorAll("details").forEach((details) => { details.open = false; });
    });
    session.replaceChildren(...drawn);
  }

  rest.hidden = true;
  button.hidden = prompts.length <= count;
  button.addEventListener("click", () => {
    draw();
    document.getElementById("text").focus();
    session.scrollIntoView();
  });
  draw();
})();
