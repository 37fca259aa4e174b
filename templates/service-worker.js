// Makes the archive readable without a network. The network is asked first, always: what was kept
// is shown only when there is no answer, and then the page says so and of which day it is.
"use strict";

var VERSION = "@version@"; // of the whole site: with any change of it this script is a new one
var SCOPE = self.registration.scope;
// A host can have other sites in other folders, and all of them share one store.
var OURS = "events-archive " + new URL(SCOPE).pathname + " ";
var CACHE = OURS + VERSION;
var LIST = "service-worker-files.json";
var WHOLE = "service-worker-keeps-all"; // nothing lies there: it is a mark that the reader set
var ALWAYS = @always@; // home, the page "Read offline", and what they look like

self.addEventListener("install", function (event) {
  event.waitUntil(prepare().then(function () { return self.skipWaiting(); }));
});

self.addEventListener("activate", function (event) {
  event.waitUntil(forget().then(function () { return self.clients.claim(); }));
});

self.addEventListener("message", function (event) {
  if (event.data === "which cache?") event.ports[0].postMessage(CACHE);
});

self.addEventListener("fetch", function (event) {
  var request = event.request;
  var address = addressOf(request.url);
  var streams = (request.headers.get("Accept") || "").includes("text/event-stream");
  var isForKeeping = request.headers.has("X-Keep"); // the page "Read offline", which keeps it itself
  if (request.method !== "GET" || address === null || streams || isForKeeping) return;
  event.respondWith(isNamedByContent(address) ? keptFirst(request, address) : networkFirst(event, address));
});

// The address below the site's root, as the list has it; null for what is not ours.
function addressOf(url) {
  var plain = url.split(/[?#]/)[0];
  if (!plain.startsWith(SCOPE)) return null;
  var address = plain.slice(SCOPE.length);
  if (address === "" || address.endsWith("/")) return address + "index.html";
  return /\.\w+$/.test(address) ? address : address + ".html";
}

function isNamedByContent(address) {
  return /^(assets|pictures)\//.test(address);
}

function isForReaders(address) {
  return /\.(html|css|js|svg|png|webp|webmanifest|ics)$/.test(address);
}

async function networkFirst(event, address) {
  try {
    // Copies that the browser has by itself do not count as an answer: they may be old as well.
    var response = await fetch(event.request, { cache: "no-cache" });
    if (response.ok && isForReaders(address)) event.waitUntil(keep(address, response.clone()));
    return response;
  } catch (offline) {
    var kept = await find(address);
    if (event.request.mode !== "navigate") {
      if (kept) return kept;
      throw offline;
    }
    return kept ? dated(kept) : elsewhere(address);
  }
}

async function keptFirst(request, address) {
  var kept = await find(address);
  if (kept) return kept;
  var response = await fetch(request);
  if (response.ok) await keep(address, response.clone());
  return response;
}

async function find(address) {
  return (await caches.open(CACHE)).match(SCOPE + address);
}

// Made anew, so that neither a redirect nor the query of its address sticks to the copy.
async function keep(address, response, cache) {
  var headers = new Headers(response.headers);
  headers.set("X-Kept", new Date().toISOString());
  var copy = new Response(await response.blob(), { headers: headers });
  await (cache || (await caches.open(CACHE))).put(SCOPE + address, copy);
}

// A kept page, with a line on top that says what it is.
async function dated(kept) {
  var when = new Date(kept.headers.get("X-Kept"));
  var day = when.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  var note = '<p class="offline-notice" role="status">No network: this is a copy that your browser saved on ' + day + ".</p>";
  var html = (await kept.text()).replace(/<body[^>]*>/, function (body) { return body + note; });
  return new Response(html, { headers: { "Content-Type": "text/html; charset=utf-8" } });
}

// A page that is not among those kept: the page that says which are.
async function elsewhere(address) {
  if (!(await find("offline.html"))) return Response.error();
  return Response.redirect(SCOPE + "offline.html?missing=" + encodeURIComponent(address), 302);
}

// Before this version takes over, everything that is kept becomes what it is in this version:
// copied where it is the same, fetched where it has changed, dropped where it is gone. Where that
// fails, the version before it stays in charge, and the browser tries again later. The list of all
// files is only asked for where something was kept: a first visit has no use for it.
async function prepare() {
  var names = await caches.keys();
  var before = names.filter(function (name) { return name.startsWith(OURS) && name !== CACHE; });
  var cache = await caches.open(CACHE);
  var wanted = new Set(ALWAYS);
  if (before.length) {
    var list = await fresh(LIST);
    var files = await list.clone().json();
    if (files.version !== VERSION) throw new Error("the list is of another version");
    await keep(LIST, list, cache);
    for (var name of before) await takeOver(await caches.open(name), cache, files.files, wanted);
  }
  await load(wanted, cache);
}

async function takeOver(before, cache, files, wanted) {
  var list = await before.match(SCOPE + LIST);
  var old = list ? (await list.json()).files : {};
  if (await before.match(SCOPE + WHOLE)) {
    await cache.put(SCOPE + WHOLE, new Response(""));
    Object.keys(files).forEach(function (address) { wanted.add(address); });
  }
  for (var request of await before.keys()) {
    var address = addressOf(request.url);
    if (!(address in files)) continue;
    if (address in old && old[address][0] === files[address][0]) await cache.put(request, await before.match(request));
    else wanted.add(address);
  }
}

// Four at a time: a server has others to serve.
async function load(wanted, cache) {
  var left = [];
  for (var address of wanted) {
    if (!(await cache.match(SCOPE + address))) left.push(address);
  }
  async function next() {
    for (var address = left.pop(); address; address = left.pop()) await keep(address, await fresh(address), cache);
  }
  await Promise.all([next(), next(), next(), next()]);
}

// The version in the query gets past copies that lie between the server and here.
async function fresh(address) {
  var response = await fetch(SCOPE + address + "?" + VERSION, { cache: "no-cache" });
  if (!response.ok) throw new Error(address + " answered " + response.status);
  return response;
}

async function forget() {
  var names = await caches.keys();
  await Promise.all(names.map(function (name) {
    return name.startsWith(OURS) && name !== CACHE ? caches.delete(name) : null;
  }));
}
