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
    const picks = told[place].querySelectorAll(".pick");
    picks.forEach((each) => each.remove());
    if (isPicked) {
      const mark = document.createElement("span");
      mark.className = "pick";
      mark.textContent = " (" + COURSE.words["Your pick"] + ")";
      told[place].querySelector(".option").append(mark);
    }
    answer.open = prompt.querySelectorAll(".pick").length === right;
  }
});

/** Unfold whatever the address leads to. */
function unfold() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  for (let each = target && target.parentElement; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
  if (target) target.scrollIntoView();
}
window.addEventListener("hashchange", unfold);
unfold();
