// Tells the page how high this card is, which keys are pressed in it and what is chosen, and draws the masks that Anki would draw on its canvas.
(function () {
  var box = document.getElementById("image-occlusion-container");
  if (box) {
    box.style.display = "inline-block";
    var canvas = document.getElementById("image-occlusion-canvas");
    var colours = getComputedStyle(canvas);
    canvas.style.display = "none";
    document.querySelectorAll("[data-shape]").forEach(function (region) {
      if (region.className === "cloze-highlight") return;
      if (region.className !== "cloze" && !region.dataset.occludeinactive) return;
      var mask = document.createElement("div");
      var asked = region.className === "cloze";
      mask.className = "mask";
      var name = asked ? "--active-shape-" : "--inactive-shape-";
      mask.style.cssText = "position:absolute;box-sizing:border-box;border:solid " + colours.getPropertyValue(name + "border") + ";background:" + colours.getPropertyValue(name + "color");
      var ellipse = region.dataset.shape === "ellipse";
      var length = { left: region.dataset.left, top: region.dataset.top, width: ellipse ? 2 * region.dataset.rx : region.dataset.width, height: ellipse ? 2 * region.dataset.ry : region.dataset.height };
      Object.keys(length).forEach(function (side) { mask.style[side] = length[side] * 100 + "%"; });
      if (ellipse) mask.style.borderRadius = "50%";
      box.appendChild(mask);
    });
    var toggle = document.getElementById("toggle");
    if (toggle) toggle.addEventListener("click", function () {
      box.querySelectorAll(".mask").forEach(function (mask) { mask.hidden = !mask.hidden; });
    });
  }
  function tell() { parent.postMessage({ height: Math.ceil(document.querySelector(".page").getBoundingClientRect().height) }, "*"); }
  new ResizeObserver(tell).observe(document.querySelector(".page"));
  tell();

  function report(event) {
    if (window.attachdeckPick) parent.postMessage({ pick: JSON.stringify(window.attachdeckPick) }, "*");
    if (event.type === "click" || event.ctrlKey || event.altKey || event.metaKey) return;
    var name = event.target.tagName;
    var does = event.key === " " || event.key === "Enter";
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(name) ? event.key !== "Enter" : does && /^(BUTTON|SUMMARY|A)$/.test(name)) return;
    if (event.key === " ") event.preventDefault();
    parent.postMessage({ key: event.key }, "*");
  }
  window.addEventListener("click", report);
  window.addEventListener("keydown", report);
  window.addEventListener("message", function (event) {
    if (event.source !== parent || !event.data.press) return;
    document.dispatchEvent(new KeyboardEvent("keydown", { key: event.data.press, bubbles: true }));
  });
})();
