// Registers the service worker, which caches pages for reading without a network. Does nothing for
// pages opened from disk, where service workers cannot run and are not needed.
(function () {
  "use strict";
  var isWeb = location.protocol === "https:" || location.protocol === "http:";
  if (!isWeb || !window.isSecureContext || !("serviceWorker" in navigator) || !("caches" in window)) return;

  // From the URL of this script, since pages are in folders of different depths.
  var root = new URL("../", document.currentScript.src).href;

  // Added by script, since browsers report an error for a manifest that is opened from disk.
  var manifest = document.createElement("link");
  manifest.rel = "manifest";
  manifest.href = root + "manifest.webmanifest";
  document.head.append(manifest);

  var offline = window.archiveOffline = {
    root: root,
    // Whether the reader has turned caching off on the page "Read offline"; an argument sets it.
    disabled: function (value) {
      try {
        if (value === true) localStorage.setItem("offline", "refused");
        if (value === false) localStorage.removeItem("offline");
        return localStorage.getItem("offline") === "refused";
      } catch (error) { return false; } // no storage
    },
    register: function () {
      return navigator.serviceWorker.register(root + "service-worker.js", { scope: root, updateViaCache: "none" });
    },
  };

  // The page that installs the worker was loaded before it: fetch its files again, through the worker.
  if (!navigator.serviceWorker.controller) {
    navigator.serviceWorker.addEventListener("controllerchange", function () {
      var files = performance.getEntriesByType("resource").map(function (entry) { return entry.name; });
      [location.href].concat(files).forEach(function (url) {
        if (url.startsWith(root)) fetch(url).catch(function () { /* It is cached on the next visit. */ });
      });
    }, { once: true });
  }
  addEventListener("load", function () {
    if (!offline.disabled()) offline.register().catch(function () { /* The site works without it. */ });
  });
})();
