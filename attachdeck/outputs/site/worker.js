"use strict";
// Keeps the files of the site (SITE, above this line), so that it can be read without a connection. A new version of the site has a
// new name: its files are taken in whole, and only then the old ones go.

const PREFIX = "attachdeck " + SITE.course + " " + self.registration.scope + " ";
const NAME = PREFIX + SITE.version;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(NAME)
    .then((cache) => cache.addAll(SITE.files.map((file) => new Request(file, { cache: "reload" }))))
    .then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== NAME).map((name) => caches.delete(name))))
    .then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== location.origin) return;
  if (address.href.split(/[?#]/)[0] === self.registration.scope) address.pathname += "index.html";
  event.respondWith(caches.open(NAME)
    .then((cache) => cache.match(address, { ignoreSearch: true }))
    .then((kept) => kept || fetch(event.request)));
});
