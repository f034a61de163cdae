// Hand what a button or the settings say to the window. Anki sets no language of the page.
{
  const course = document.getElementById("course");
  document.documentElement.lang = course.lang;
  document.documentElement.dir = course.dir;
  course.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) pycmd(button.dataset.do);
  });
  document.getElementById("settings")?.addEventListener("submit", (event) => {
    event.preventDefault();
    const { on, share, days } = event.target.elements;
    pycmd(`settings:${on.checked ? 1 : 0},${share.value},${days.value}`);
  });
}
