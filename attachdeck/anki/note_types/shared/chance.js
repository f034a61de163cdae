// Chance that needs no storage: both sides of a card draw the same, because it follows from the card and the day.

// The day, which begins at 4 a.m., as Anki's does.
function today() {
  var day = new Date(Date.now() - 4 * 3600 * 1000);
  return day.getFullYear() + "-" + day.getMonth() + "-" + day.getDate();
}

// A whole number below `bound`, each equally likely: values beyond the last full multiple are thrown away.
function below(bound, random) {
  var limit = Math.floor(4294967296 / bound) * bound;
  for (;;) {
    var value = random();
    if (value < limit) return value % bound;
  }
}

// 32-bit FNV-1a of the seed starts Mulberry32 (public domain, T. Ettinger).
function generator(text) {
  var state = 2166136261;
  for (var k = 0; k < text.length; k++) state = Math.imul(state ^ text.charCodeAt(k), 16777619);
  return function () {
    state = (state + 0x6d2b79f5) | 0;
    var mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}
