// Show what the window sends, and hand it what a button or the settings say. Anki sets no language of the page.
const course = document.getElementById("course");
document.documentElement.lang = course.lang;
document.documentElement.dir = course.dir;

// With a place to go to it is another page. Without one, focus, scrolling, what the learner unfolded and unsaved settings stay.
function draw(html, place) {
  const { id, dataset } = document.activeElement;
  const folds = [...course.querySelectorAll("details")].map((fold) => (fold.dataset.chosen ? fold.open : null));
  const form = unsaved();
  course.innerHTML = html;
  if (place) {
    document.getElementById(place)?.focus();
    return;
  }
  [...course.querySelectorAll("details")].forEach((fold, n) => {
    fold.open = folds[n] ?? fold.open;
    if (folds[n] != null) fold.dataset.chosen = "yes";
  });
  if (form) document.getElementById("settings")?.replaceWith(form);
  const before = [...course.querySelectorAll("[data-do], [id]")].find((one) => (dataset.do ? one.dataset.do === dataset.do : id && one.id === id));
  before?.focus({ preventScroll: true });
}

function unsaved() {
  const form = document.getElementById("settings");
  const changed = [...(form?.elements ?? [])].some((one) => one.checked !== one.defaultChecked || one.value !== one.defaultValue);
  return changed ? form : null;
}

course.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) pycmd(button.dataset.do);
  const fold = event.target.closest("summary");
  if (fold) fold.parentElement.dataset.chosen = "yes";
});

course.addEventListener("submit", (event) => {
  event.preventDefault();
  const { on, share, days } = event.target.elements;
  on.defaultChecked = on.checked;
  share.defaultValue = share.value;
  days.defaultValue = days.value;
  pycmd(`settings:${on.checked ? 1 : 0},${share.value},${days.value}`);
});
