// Registers the service worker, which keeps pages for when there is no network. From disk, where
// everything is at hand already and no worker may run, it does nothing.
(function () {
  "use strict";
  var isWeb = location.protocol === "https:" || location.protocol === "http:";
  if (!isWeb || !window.isSecureContext || !("serviceWorker" in navigator) || !("caches" in window)) return;

  // From this script's own address: pages lie at many depths.
  var root = new URL("../", document.currentScript.src).href;

  // Added here, since browsers complain of a manifest that is opened from disk.
  var manifest = document.createElement("link");
  manifest.rel = "manifest";
  manifest.href = root + "manifest.webmanifest";
  document.head.append(manifest);

  var offline = window.archiveOffline = {
    root: root,
    // What the reader said on the page "Read offline"; with an argument, what is said there now.
    refused: function (value) {
      try {
        if (value === true) localStorage.setItem("offline", "refused");
        if (value === false) localStorage.removeItem("offline");
        return localStorage.getItem("offline") === "refused";
      } catch (noStorage) { return false; }
    },
    register: function () {
      return navigator.serviceWorker.register(root + "service-worker.js", { scope: root, updateViaCache: "none" });
    },
  };

  // The page that brought the worker was loaded before it: ask for its parts once more, through it.
  if (!navigator.serviceWorker.controller) {
    navigator.serviceWorker.addEventListener("controllerchange", function () {
      var parts = performance.getEntriesByType("resource").map(function (part) { return part.name; });
      [location.href].concat(parts).forEach(function (url) {
        if (url.startsWith(root)) fetch(url).catch(function () { /* it is kept on the next visit */ });
      });
    }, { once: true });
  }
  addEventListener("load", function () {
    if (!offline.refused()) offline.register().catch(function () { /* it reads as well without */ });
  });
})();
