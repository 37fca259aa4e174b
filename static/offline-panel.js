// The buttons of the page "Read offline": what this browser keeps, keep everything, remove it all.
(function () {
  "use strict";
  var offline = window.archiveOffline; // not there from disk, or in a browser without workers
  if (!offline) return;

  var root = offline.root;
  var LIST = root + "service-worker-files.json";
  var WHOLE = root + "service-worker-keeps-all"; // as the worker calls its mark
  var OURS = "events-archive " + new URL(root).pathname + " ";
  var panel = document.querySelector("[data-offline]");
  var say = panel.querySelector("[data-state]");
  var bar = panel.querySelector("progress");
  var keepButton = panel.querySelector("[data-keep]");
  var stopButton = panel.querySelector("[data-stop]");
  var removeButton = panel.querySelector("[data-remove]");
  var stopped = false;

  var missing = new URLSearchParams(location.search).get("missing");
  if (missing) {
    panel.querySelector("[data-missing]").hidden = false;
    panel.querySelector("[data-missing-address]").textContent = missing;
  }
  panel.hidden = false;
  keepButton.addEventListener("click", function () { keepAll().catch(failed); });
  stopButton.addEventListener("click", function () { stopped = true; });
  removeButton.addEventListener("click", function () { removeAll().catch(failed); });
  addEventListener("load", function () { show().catch(failed); });

  function megabytes(bytes) {
    return (bytes / 1e6).toFixed(1) + " MB";
  }

  function failed(error) {
    working(false);
    say.textContent = "That did not work: " + error.message + ". What is saved already stays.";
  }

  function working(yes) {
    bar.hidden = stopButton.hidden = !yes;
    keepButton.hidden = removeButton.hidden = yes;
  }

  // Only the worker knows which of two caches is in charge while a new version moves in.
  async function open() {
    var registration = await navigator.serviceWorker.ready;
    var name = await new Promise(function (answered) {
      var channel = new MessageChannel();
      channel.port1.onmessage = function (message) { answered(message.data); };
      registration.active.postMessage("which cache?", [channel.port2]);
    });
    var cache = await caches.open(name);
    if (!(await cache.match(LIST))) await keep(cache, LIST, name.split(" ").pop());
    return cache;
  }

  async function state(cache) {
    var files = (await (await cache.match(LIST)).json()).files;
    var there = new Set((await cache.keys()).map(function (request) { return request.url; }));
    var now = { files: files, left: [], kept: 0, bytes: 0, all: 0, total: 0, asked: there.has(WHOLE) };
    for (var address in files) {
      var size = files[address][1];
      now.all += 1;
      now.total += size;
      if (there.has(root + address)) {
        now.kept += 1;
        now.bytes += size;
      } else now.left.push(address);
    }
    return now;
  }

  async function show() {
    if (offline.refused()) {
      say.textContent = "Nothing is saved, and nothing will be until you choose to here.";
      panel.dataset.kept = "none";
      keepButton.hidden = false;
      removeButton.hidden = true;
      return;
    }
    var now = await state(await open());
    var done = now.left.length === 0;
    keepButton.textContent = "Save the whole archive (" + megabytes(now.total) + ")";
    keepButton.hidden = done;
    removeButton.hidden = false;
    say.textContent = done
      ? "The whole archive is saved in this browser: " + now.kept + " files, " + megabytes(now.bytes) + ". It is brought up to date when you visit."
      : now.kept + " of " + now.all + " files are saved in this browser (" + megabytes(now.bytes) + " of " + megabytes(now.total) + "): " +
        (now.asked ? "the rest will follow." : "the home page, this page and those that you have visited.");
    panel.dataset.kept = done ? "all" : "some";
  }

  async function keepAll() {
    working(true);
    stopped = false;
    offline.refused(false);
    await offline.register();
    // Asks the browser not to clear it when space is short; it may say no.
    if (navigator.storage && navigator.storage.persist) await navigator.storage.persist();
    var cache = await open();
    var now = await state(cache);
    await cache.put(WHOLE, new Response(""));
    bar.max = now.all;
    async function next() {
      for (var address = now.left.pop(); address && !stopped; address = now.left.pop()) {
        await keep(cache, root + address, now.files[address][0]);
        bar.value = ++now.kept;
        say.textContent = now.kept + " of " + now.all + " files are saved.";
      }
    }
    await Promise.all([next(), next(), next(), next()]);
    working(false);
    await show();
  }

  async function keep(cache, url, version) {
    // The version in the query gets past copies that lie between the server and here.
    var response = await fetch(url + "?" + version, { cache: "no-cache", headers: { "X-Keep": "1" } });
    if (!response.ok) throw new Error(url + " answered " + response.status);
    var headers = new Headers(response.headers);
    headers.set("X-Kept", new Date().toISOString());
    await cache.put(url, new Response(await response.blob(), { headers: headers }));
  }

  async function removeAll() {
    offline.refused(true);
    var registration = await navigator.serviceWorker.getRegistration(root);
    if (registration) await registration.unregister();
    for (var name of await caches.keys()) {
      if (name.startsWith(OURS)) await caches.delete(name);
    }
    await show();
  }
})();
