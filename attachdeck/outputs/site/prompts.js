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
    option.classList.add("ready");
    button.addEventListener("click", () => choose(button, place));
  });

  /** Choose an option, or take that back. The reasons come with as many choices as there are right ones; from then on they stand. */
  function choose(button, place) {
    if (answer.open) return;
    const isPicked = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(isPicked));
    told[place].querySelectorAll(".pick").forEach((pick) => pick.remove());
    if (isPicked) told[place].prepend(pick());
    answer.open = prompt.querySelectorAll(".back .pick").length === right;
    // The list of reasons takes the place of the list of buttons.
    if (answer.open) answer.querySelector("summary").focus({ preventScroll: true });
  }
});

/** Return the words for a pick. It may be wrong, so it never gets a tick. */
function pick() {
  const words = document.createElement("span");
  words.className = "pick";
  words.textContent = COURSE.words["Your pick"];
  return words;
}

/** Tell in the contents which section is being read. */
const anchors = new Map([...document.querySelectorAll(".contents a")].map((link) => [link.hash.slice(1), link]));
const headings = [...anchors.keys()].map((anchor) => document.getElementById(anchor));
function locate() {
  const here = headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight / 3).pop() || headings[0];
  anchors.forEach((link, anchor) => {
    if (anchor === here.id) link.setAttribute("aria-current", "location");
    else link.removeAttribute("aria-current");
  });
}
if (headings.length) {
  let isWaiting = false;
  addEventListener("scroll", () => {
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(() => { isWaiting = false; locate(); });
  }, { passive: true });
  locate();
}

/** Unfold whatever the address leads to. */
function unfold() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  for (let each = target && target.parentElement; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
  if (target) target.scrollIntoView();
}
window.addEventListener("hashchange", unfold);
unfold();
