"use strict";
// A test: counts the right answers on this page once every scene has one. Nothing is kept and nothing is sent.

(function () {
  const test = document.getElementById("test");
  const button = document.getElementById("score");
  const scenes = [...test.querySelectorAll("fieldset")];
  button.hidden = false;
  button.addEventListener("click", () => {
    const open = scenes.filter((scene) => !picked(scene));
    if (open.length) {
      say(test.dataset.unanswered.replace("{count}", open.length));
      open[0].querySelector("input").focus();
      return;
    }
    scenes.forEach(reveal);
    say(scoreOf(scenes));
    document.getElementById("scores").replaceChildren(...scoresByQuestion());
  });

  function scoreOf(some) {
    return test.dataset.score.replace("{right}", some.filter(isRight).length).replace("{all}", some.length);
  }

  /** A line for each question that the test asks, where it asks more than one. */
  function scoresByQuestion() {
    const questionOf = (scene) => scene.querySelector("legend").textContent;
    const questions = [...new Set(scenes.map(questionOf))];
    if (questions.length === 1) return [];
    return questions.map((question) => {
      const line = document.createElement("li");
      line.textContent = `${question} ${scoreOf(scenes.filter((scene) => questionOf(scene) === question))}`;
      return line;
    });
  }

  function say(text) {
    document.getElementById("result").textContent = text;
  }

  function picked(scene) {
    return scene.querySelector(":checked");
  }

  function isRight(scene) {
    return picked(scene).value === scene.dataset.right;
  }

  /** Show the right option of a scene, and the one that was picked in its place. */
  function reveal(scene) {
    scene.querySelectorAll("input").forEach((input) => {
      const place = input.closest("li");
      place.classList.toggle("right", input.value === scene.dataset.right);
      place.classList.toggle("wrong", input.checked && input.value !== scene.dataset.right);
      input.disabled = true;
    });
    const reason = scene.querySelector(".reason");
    if (reason) reason.hidden = false;
  }
})();
