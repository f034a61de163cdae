(function () {
  // Shows one of the card's wordings, on both sides the same one. Without scripts the first stays, which the page already shows.
  var pages = document.querySelectorAll(".page");
  var page = pages[pages.length - 1];
  var sides = page ? page.querySelectorAll(".variants") : [];
  if (!sides.length || page.dataset.wording) return;
  var wordings = sides[0].children.length + 1;
  var wording = below(wordings, generator("wording " + sides[0].dataset.card + " " + today()));
  page.dataset.wording = String(wording);
  if (wording > 0) Array.prototype.forEach.call(sides, function (side) {
    var variant = side.children[wording - 1];
    if (variant) Array.prototype.slice.call(variant.children).forEach(show);
  });

  function show(part) {
    Array.prototype.forEach.call(page.querySelectorAll("[data-field]"), function (place) {
      if (place.dataset.field !== part.dataset.part) return;
      place.textContent = "";
      while (part.firstChild) place.appendChild(part.firstChild);
    });
  }

  <!--#include chance.js-->
})();
