"use strict";
// Prompts: options to choose from, marks, and the way to a prompt that is folded away.

document.querySelectorAll(".prompt").forEach((prompt) => {
  const marks = prompt.querySelector(".marks");
  if (marks) {
    marks.hidden = false;
    marks.querySelectorAll("button").forEach((button) => button.addEventListener("click", () => progress.set(prompt.dataset.key, button.dataset.mark)));
  }
  const told = [...prompt.querySelectorAll(".back .options > li")];
  const answer = prompt.querySelector(".answer");
  const options = told.length ? [...prompt.querySelectorAll(".front .options > li")] : [];
  const right = told.filter((each) => each.classList.contains("right")).length;
  options.forEach((option, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-pressed", "false");
    button.append(...option.childNodes);
    option.append(button);
    button.addEventListener("click", () => choose(button, place));
  });

  /** Choose an option, or take that back. The reasons come with as many choices as there are right ones; from then on they stand. */
  function choose(button, place) {
    if (answer.open) return;
    const isPicked = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(isPicked));
    for (const option of [button, told[place]]) {
      option.querySelectorAll(".pick").forEach((pick) => pick.remove());
      if (isPicked) option.prepend(pick());
    }
    answer.open = prompt.querySelectorAll(".back .pick").length === right;
  }
});

/** Return the words for a pick. It may be wrong, so it never gets a tick. */
function pick() {
  const words = document.createElement("span");
  words.className = "pick";
  words.textContent = COURSE.words["Your pick"];
  return words;
}

/** Unfold whatever the address leads to. */
function unfold() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  for (let each = target && target.parentElement; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
  if (target) target.scrollIntoView();
}
window.addEventListener("hashchange", unfold);
unfold();
