"use strict";
// From a server the site can be installed, and read without a connection. A folder needs neither, and browsers refuse both there.

if (location.protocol.startsWith("http")) {
  const manifest = document.createElement("link");
  manifest.rel = "manifest";
  manifest.href = "manifest.webmanifest";
  document.head.append(manifest);
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("worker.js").catch(() => {}); // A browser may forbid it; the site works without.
}
