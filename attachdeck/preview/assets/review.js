// One card at a time, as a learner meets it: Space shows the answer, 1 to 4 grade. Nothing is kept.

import { wanted } from "./cards.js";
import { by, fill, hashOf, heading, make, problem, problemsOf, state } from "./parts.js";

const GRADES = ["Again", "Hard", "Good", "Easy"];
const COMES_BACK_AFTER = 4; // Cards between a card that was not known and its return.

const review = { queue: [], at: 0, again: 0, side: "front", pick: "", holder: null, hash: "" };

// A card with variants comes in one of its wordings, as in Anki.
const anyOf = (card) => Math.floor(Math.random() * card.wordings);

const isOn = () => !by("review").hidden;

export function start() {
  const keys = state.lessons.flatMap((lesson) => lesson.cards.filter((card) => wanted(card, lesson)).flatMap((card) => card.places.map((place) => ({ card: card.id, place, wording: anyOf(card) }))));
  Object.assign(review, { queue: keys, at: 0, again: 0, side: "front", pick: "" });
  show();
}

export function update() {
  if (!isOn()) return;
  const there = new Map(state.lessons.flatMap((lesson) => lesson.cards.map((card) => [card.id, card])));
  const stays = (key) => there.has(key.card) && there.get(key.card).places.includes(key.place) && key.wording < there.get(key.card).wordings;
  const now = review.queue[review.at];
  review.at = review.queue.slice(0, review.at).filter(stays).length;
  review.queue = review.queue.filter(stays);
  if (now && now === review.queue[review.at] && review.hash === hashNow(there.get(now.card))) return;
  if (now && now !== review.queue[review.at]) review.side = "front";
  show();
}

export function redraw() {
  if (isOn()) show();
}

function cardNow() {
  const key = review.queue[review.at];
  return key && state.lessons.flatMap((lesson) => lesson.cards).find((card) => card.id === key.card);
}

const hashNow = (card) => hashOf(card) + JSON.stringify([problemsOf(card), card.file, card.line]);

function show() {
  const card = cardNow();
  const progress = make("p", { id: "progress", textContent: card ? `Card ${review.at + 1} of ${review.queue.length}` : `Done: ${review.at} cards, ${review.again} of them again.` });
  progress.setAttribute("role", "status");
  const track = make("div", { className: "track" }, make("span"));
  track.firstChild.style.inlineSize = `${review.queue.length ? (100 * review.at) / review.queue.length : 100}%`;
  by("review").replaceChildren(progress, track, ...(card ? stage(card) : [controls(button("Start over", "", start))]));
  review.hash = card ? hashNow(card) : "";
}

function stage(card) {
  const height = review.holder?.dataset.card === card.id ? review.holder.dataset.height : "";
  review.holder = make("div", { className: "stage" });
  Object.assign(review.holder.dataset, { ...review.queue[review.at], side: review.side });
  if (height) review.holder.dataset.height = height;
  fill(review.holder, review.pick);
  const below = review.side === "front"
    ? controls(button("Show answer", "Space", flip))
    : controls(...GRADES.map((name, index) => button(name, index + 1, () => grade(index))));
  return [heading(card, "h2"), review.holder, ...problemsOf(card).map(problem), below];
}

function button(text, key, act) {
  const element = make("button", { type: "button", onclick: act }, text, " ", key ? make("kbd", { textContent: key }) : "");
  return element;
}

const controls = (...buttons) => make("div", { className: "controls" }, ...buttons);

function flip() {
  review.side = "back";
  show();
}

function grade(index) {
  const key = review.queue[review.at];
  if (index === 0) {
    review.again += 1;
    review.queue.splice(review.at + 1 + COMES_BACK_AFTER, 0, { ...key, wording: anyOf(cardNow()) });
  }
  go(review.at + 1);
}

function go(at) {
  Object.assign(review, { at: Math.max(0, at), side: "front", pick: "" });
  show();
}

// Does what a key means; `fromCard` says that the card has had it already. Returns whether it meant something.
export function press(key, fromCard = false) {
  if (!isOn() || !cardNow()) return false;
  const digit = Number(key) - 1;
  if (review.side === "front") {
    if (key === " " || key === "Enter") flip();
    else if (digit >= 0 && !fromCard) review.holder.firstChild.contentWindow.postMessage({ press: key }, "*");
    else if (key === "u" && review.at > 0) go(review.at - 1);
    else return false;
    return true;
  }
  if (digit >= 0 && digit < GRADES.length) grade(digit);
  else if (key === " " || key === "Enter") grade(2);
  else if (key === "u") go(review.at);
  else return false;
  return true;
}

// Takes what the card in the frame reports: keys that were pressed in it, and what was chosen.
export function hear(source, data) {
  if (!isOn() || source !== review.holder?.firstChild?.contentWindow) return;
  if (typeof data.pick === "string" && data.pick.length < 2000) review.pick = data.pick;
  if (typeof data.key === "string") press(data.key, true);
}
