(function () {
  // Shows on the back what a learner wrote on the front. It is kept in the page, and where Anki makes a new page of the back,
  // in the session; nothing compares it, and nothing outlives the session.
  var areas = document.querySelectorAll(".writing textarea");
  var area = areas[areas.length - 1];
  var sections = document.querySelectorAll(".written");
  var section = sections[sections.length - 1];
  if (area) {
    keep({ card: area.dataset.card, text: "" });
    area.addEventListener("input", function () { keep({ card: area.dataset.card, text: area.value }); });
    // Escape leaves the field, so that Anki's keys work again.
    area.addEventListener("keydown", function (event) { if (event.key === "Escape") area.blur(); });
  } else if (section) {
    var words = recall();
    if (words && words.card === section.dataset.card && words.text.trim()) {
      section.querySelector("div").textContent = words.text;
      section.hidden = false;
    }
  }

  function keep(words) {
    window.attachdeckWords = words;
    try { sessionStorage.setItem("attachdeck words", JSON.stringify(words)); } catch (error) { /* Storage may be closed to cards. */ }
  }

  function recall() {
    try { return JSON.parse(sessionStorage.getItem("attachdeck words")) || window.attachdeckWords; } catch (error) { return window.attachdeckWords; }
  }
})();
