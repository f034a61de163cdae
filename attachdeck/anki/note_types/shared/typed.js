(function () {
  // Anki compares with one spelling only; when another accepted one was typed, say so. It shows one line where nothing was typed,
  // or just that spelling.
  var shown = document.getElementById("typeans");
  var note = document.querySelector(".accepted-note");
  if (!shown || !note || !shown.querySelector("br")) return;
  var typed = "";
  for (var node = shown.firstChild; node && node.nodeName !== "BR"; node = node.nextSibling) {
    if (!node.classList || !node.classList.contains("typeMissed")) typed += node.textContent;
  }
  var accepted = document.querySelectorAll(".accepted li");
  for (var i = 0; i < accepted.length; i++) {
    if (plain(accepted[i].textContent) === plain(typed)) note.hidden = false;
  }
  function plain(text) { return text.replace(/\s+/g, " ").trim().toLowerCase(); }
})();
