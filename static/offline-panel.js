// The page "Read offline": shows what this browser has saved, saves all files of the list, removes them.
(function () {
  "use strict";
  var offline = window.archiveOffline; // undefined from disk, and in browsers without service workers
  if (!offline) return;

  var root = offline.root;
  var FILE_LIST = root + "service-worker-files.json";
  var SAVE_ALL_MARKER = root + "service-worker-keeps-all"; // the same as in the worker
  var CACHE_PREFIX = "events-archive " + new URL(root).pathname + " ";
  var panel = document.querySelector("[data-offline]");
  var status = panel.querySelector("[data-status]");
  var progress = panel.querySelector("progress");
  var saveButton = panel.querySelector("[data-save]");
  var stopButton = panel.querySelector("[data-stop]");
  var removeButton = panel.querySelector("[data-remove]");
  var stopped = false;

  var missing = new URLSearchParams(location.search).get("missing");
  if (missing) {
    panel.querySelector("[data-missing]").hidden = false;
    panel.querySelector("[data-missing-page]").textContent = missing;
  }
  panel.hidden = false;
  saveButton.addEventListener("click", function () { saveAll().catch(showError); });
  stopButton.addEventListener("click", function () { stopped = true; });
  removeButton.addEventListener("click", function () { removeAll().catch(showError); });
  addEventListener("load", function () { show().catch(showError); });

  function megabytes(bytes) {
    return (bytes / 1e6).toFixed(1) + " MB";
  }

  function showError(error) {
    setBusy(false);
    status.textContent = "That did not work: " + error.message + ". What is saved already stays.";
  }

  function setBusy(busy) {
    progress.hidden = stopButton.hidden = !busy;
    saveButton.hidden = removeButton.hidden = busy;
    status.ariaLive = busy ? "off" : "polite"; // the progress bar says how far it is
  }

  // While a new version is being installed there are two caches; the worker knows which one is in use.
  async function openCache() {
    var registration = await navigator.serviceWorker.ready;
    var name = await new Promise(function (resolve) {
      var channel = new MessageChannel();
      channel.port1.onmessage = function (message) { resolve(message.data); };
      registration.active.postMessage("which cache?", [channel.port2]);
    });
    var cache = await caches.open(name);
    if (!(await cache.match(FILE_LIST))) await save(cache, FILE_LIST, name.split(" ").pop());
    return cache;
  }

  // Which files there are, and how many of them are saved.
  async function readState(cache) {
    var files = (await (await cache.match(FILE_LIST)).json()).files;
    var cached = new Set((await cache.keys()).map(function (request) { return request.url; }));
    var state = {
      files: files, missing: [], bytes: 0, savedBytes: 0, savesAll: cached.has(SAVE_ALL_MARKER),
    };
    for (var path in files) {
      var size = files[path][1];
      state.bytes += size;
      if (cached.has(root + path)) state.savedBytes += size;
      else state.missing.push(path);
    }
    return state;
  }

  async function show() {
    if (offline.disabled()) {
      status.textContent = "Nothing is saved, and nothing will be until you choose to here.";
      panel.dataset.saved = "none";
      saveButton.hidden = false;
      removeButton.hidden = true;
      return;
    }
    var state = await readState(await openCache());
    var done = state.missing.length === 0;
    saveButton.textContent = "Save for offline (" + megabytes(state.bytes) + ")";
    saveButton.hidden = done;
    removeButton.hidden = false;
    status.textContent = done
      ? "All pages, pictures and calendars are saved in this browser (" + megabytes(state.savedBytes) + "). They are brought up to date when you visit."
      : megabytes(state.savedBytes) + " of " + megabytes(state.bytes) + " are saved in this browser: " +
        (state.savesAll ? "the rest will follow." : "the home page, this page and those that you have visited.");
    panel.dataset.saved = done ? "all" : "some";
  }

  async function saveAll() {
    setBusy(true);
    stopped = false;
    offline.disabled(false);
    await offline.register();
    // Asks the browser not to clear the cache when space is short; it may refuse.
    if (navigator.storage && navigator.storage.persist) await navigator.storage.persist();
    var cache = await openCache();
    var state = await readState(cache);
    await cache.put(SAVE_ALL_MARKER, new Response(""));
    progress.max = state.bytes;
    async function next() {
      for (var path = state.missing.pop(); path && !stopped; path = state.missing.pop()) {
        await save(cache, root + path, state.files[path][0]);
        progress.value = state.savedBytes += state.files[path][1];
        status.textContent = megabytes(state.savedBytes) + " of " + megabytes(state.bytes) + " are saved.";
      }
    }
    await Promise.all([next(), next(), next(), next()]);
    setBusy(false);
    await show();
  }

  async function save(cache, url, version) {
    // The version in the query string bypasses caches between the server and the browser.
    var response = await fetch(url + "?" + version, { cache: "no-cache", headers: { "X-Keep": "1" } });
    if (!response.ok) throw new Error(url + " returned status " + response.status);
    var headers = new Headers(response.headers);
    headers.set("X-Kept", new Date().toISOString());
    await cache.put(url, new Response(await response.blob(), { headers: headers }));
  }

  async function removeAll() {
    offline.disabled(true);
    var registration = await navigator.serviceWorker.getRegistration(root);
    if (registration) await registration.unregister();
    for (var name of await caches.keys()) {
      if (name.startsWith(CACHE_PREFIX)) await caches.delete(name);
    }
    await show();
  }
})();
