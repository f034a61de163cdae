(function () {
  // Runs once a side. Desktop Anki keeps one page and swaps the card, so nothing may outlive the card's own elements.
  var boxes = document.querySelectorAll(".choice");
  var box = boxes[boxes.length - 1];
  var list = box && box.querySelector("ol");
  if (!list || box.dataset.ready) return;
  box.dataset.ready = "1";
  var front = box.dataset.side === "front";
  var items = Array.prototype.slice.call(list.children);

  // The same order on both sides without keeping anything: it follows from the card and the day.
  var seed = box.dataset.card + " " + today();
  var random = generator(seed);
  for (var i = items.length - 1; i > 0; i--) {
    var j = below(i + 1, random);
    var swapped = items[i];
    items[i] = items[j];
    items[j] = swapped;
  }
  items.forEach(function (item) { list.appendChild(item); });

  var key = "attachdeck pick " + seed;
  var picked = front ? [] : recall();
  items.forEach(function (item, place) {
    if (front) {
      var button = document.createElement("button");
      button.type = "button";
      button.setAttribute("aria-pressed", "false");
      var option = document.createElement("span");
      option.className = "option";
      while (item.firstChild) option.appendChild(item.firstChild);
      button.appendChild(option);
      item.appendChild(button);
      button.addEventListener("click", function () { toggle(place); });
    } else if (picked.indexOf(place) >= 0) {
      item.classList.add("picked");
      mark(item);
    }
  });

  if (front) {
    keep();
    var keys = document.querySelector(".keys");
    // Anki's desktop keeps the digits for its own buttons; they never reach a card. The style sheet hides this on phones.
    if (keys) {
      keys.hidden = /\bis(Win|Mac|Lin)\b/.test(document.body.className);
      keys.textContent = keys.textContent.replace("9", String(items.length));
    }
    document.addEventListener("keydown", onKey);
  }

  function onKey(event) {
    if (!document.body.contains(box)) {
      document.removeEventListener("keydown", onKey);
      return;
    }
    var place = Number(event.key) - 1;
    if (event.ctrlKey || event.altKey || event.metaKey || !(place >= 0 && place < items.length)) return;
    toggle(place);
  }

  function toggle(place) {
    var at = picked.indexOf(place);
    if (at < 0) picked.push(place); else picked.splice(at, 1);
    var button = items[place].firstChild;
    button.setAttribute("aria-pressed", String(at < 0));
    if (at < 0) mark(button); else button.removeChild(button.querySelector(".pick"));
    keep();
  }

  // Words as well as a dot: a pick may be wrong, so it never gets a tick, and a screen reader reads it out.
  function mark(option) {
    var words = document.createElement("span");
    words.className = "pick";
    words.textContent = box.dataset.pick;
    option.insertBefore(words, option.firstChild);
  }

  function keep() {
    window.attachdeckPick = { key: key, picked: picked };
    try { sessionStorage.setItem("attachdeck", JSON.stringify(window.attachdeckPick)); } catch (error) { /* Storage may be closed to cards. */ }
  }

  function recall() {
    var kept = window.attachdeckPick;
    try { kept = JSON.parse(sessionStorage.getItem("attachdeck")) || kept; } catch (error) { /* As above. */ }
    return kept && kept.key === key ? kept.picked : [];
  }

  <!--#include chance.js-->
})();
