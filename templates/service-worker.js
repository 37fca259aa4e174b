// Makes the archive readable without a network. Pages are always requested from the network first; the
// cached copy is shown only if that fails or takes too long, with a notice that says why and from which
// day it is. A response is never held back for its copy, and never fails because the store is full or
// broken.
"use strict";

var VERSION = "{{ site_version }}"; // of the whole site, so that this script changes whenever a file does
var SCOPE = self.registration.scope;
// Other sites on the same host have their caches in the same storage.
var CACHE_PREFIX = "events-archive " + new URL(SCOPE).pathname + " ";
var CACHE_NAME = CACHE_PREFIX + VERSION;
var FILE_LIST = "service-worker-files.json";
var SAVE_ALL_MARKER = "service-worker-keeps-all"; // no file: cached if the reader saved the whole archive
var PATIENCE = 4000; // milliseconds, after which a copy is shown in place of what the network may still bring
var PRECACHED = {{ always_cached|json }}; // home, the page "Read offline", styles, scripts and icons

self.addEventListener("install", function (event) {
  event.waitUntil(fillCache().then(function () { return self.skipWaiting(); }));
});

self.addEventListener("activate", function (event) {
  event.waitUntil(deleteOldCaches().then(function () { return self.clients.claim(); }));
});

self.addEventListener("message", function (event) {
  if (event.data === "which cache?") event.ports[0].postMessage(CACHE_NAME);
});

self.addEventListener("fetch", function (event) {
  var request = event.request;
  var path = pathOf(request.url);
  var isStream = (request.headers.get("Accept") || "").includes("text/event-stream");
  var isSavedByPage = request.headers.has("X-Keep"); // the page "Read offline" caches the response itself
  if (request.method !== "GET" || path === null || isStream || isSavedByPage) return;
  event.respondWith(isImmutable(path) ? cacheFirst(event, path) : networkFirst(event, path));
});

// The path below the site's root, as in the list of files; null for URLs outside of the site.
function pathOf(url) {
  var plain = url.split(/[?#]/)[0];
  if (!plain.startsWith(SCOPE)) return null;
  var path = plain.slice(SCOPE.length);
  if (path === "" || path.endsWith("/")) return path + "index.html";
  return /\.\w+$/.test(path) ? path : path + ".html";
}

// The names of these files have a hash of their content.
function isImmutable(path) {
  return /^(assets|pictures)\//.test(path);
}

function isCacheable(path) {
  return /\.(html|css|js|svg|png|webp|webmanifest|ics)$/.test(path);
}

async function networkFirst(event, path) {
  // Not from the HTTP cache of the browser, which may be old as well.
  var network = requestAndKeep(event, path, { cache: "no-cache" });
  var isPage = event.request.mode === "navigate";
  var response, reason;
  try {
    response = await Promise.race([network, pause(PATIENCE)]);
    if (response && response.status < 500) return response;
    reason = response ? "The site does not work at present" : "The network does not respond";
  } catch (offline) {
    reason = "No network";
  }
  var cached = await find(path);
  if (cached) return isPage ? withNotice(cached, reason) : cached;
  try {
    return await network;
  } catch (offline) {
    if (isPage) return missingPage(path);
    throw offline;
  }
}

async function cacheFirst(event, path) {
  return (await find(path)) || requestAndKeep(event, path);
}

// The response of the network, as soon as it begins; its copy is cached while the browser reads it.
function requestAndKeep(event, path, options) {
  var network = fetch(event.request, options);
  event.waitUntil(network.then(function (response) {
    return response.ok && isCacheable(path) ? save(path, response.clone()) : null;
  }).catch(function () { /* No network, or no room: the copy of before stays. */ }));
  return network;
}

function pause(milliseconds) {
  return new Promise(function (resolve) { setTimeout(resolve, milliseconds); });
}

// The copy of a file; undefined if there is none, or if the store cannot be read.
async function find(path) {
  try {
    return await (await caches.open(CACHE_NAME)).match(SCOPE + path);
  } catch (broken) {
    return undefined;
  }
}

// The copy is a new response, without the query string of its URL and without redirects.
async function save(path, response, cache) {
  var headers = new Headers(response.headers);
  headers.set("X-Kept", new Date().toISOString());
  var copy = new Response(await response.blob(), { headers: headers });
  await (cache || (await caches.open(CACHE_NAME))).put(SCOPE + path, copy);
}

// A cached page with a notice at its top.
async function withNotice(cached, reason) {
  var when = new Date(cached.headers.get("X-Kept"));
  var day = when.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  var notice = '<p class="offline-notice" role="status">' + reason + ': this is a copy that your browser saved on ' + day + ".</p>";
  var html = (await cached.text()).replace(/<body[^>]*>/, function (body) { return body + notice; });
  return new Response(html, { headers: { "Content-Type": "text/html; charset=utf-8" } });
}

// For a page that is not cached: the page "Read offline", which says so.
async function missingPage(path) {
  if (!(await find("offline.html"))) return Response.error();
  return Response.redirect(SCOPE + "offline.html?missing=" + encodeURIComponent(path), 302);
}

// Before this version takes over, every file in the cache of the previous version is copied if it is
// unchanged, fetched if it has changed, and dropped if it is gone. If that fails, the previous version
// stays in use, and the browser tries again later. Without a previous version the list of all files is
// not needed.
async function fillCache() {
  var names = await caches.keys();
  var previous = names.filter(function (name) { return name.startsWith(CACHE_PREFIX) && name !== CACHE_NAME; });
  var cache = await caches.open(CACHE_NAME);
  var wanted = new Set(PRECACHED);
  if (previous.length) {
    var list = await fetchCurrent(FILE_LIST);
    var files = await list.clone().json();
    if (files.version !== VERSION) throw new Error("the list is of another version");
    await save(FILE_LIST, list, cache);
    for (var name of previous) await migrate(await caches.open(name), cache, files.files, wanted);
  }
  await fetchMissing(wanted, cache);
}

async function migrate(previous, cache, files, wanted) {
  var list = await previous.match(SCOPE + FILE_LIST);
  var old = list ? (await list.json()).files : {};
  if (await previous.match(SCOPE + SAVE_ALL_MARKER)) {
    await cache.put(SCOPE + SAVE_ALL_MARKER, new Response(""));
    Object.keys(files).forEach(function (path) { wanted.add(path); });
  }
  for (var request of await previous.keys()) {
    var path = pathOf(request.url);
    if (!(path in files)) continue;
    if (path in old && old[path][0] === files[path][0]) await cache.put(request, await previous.match(request));
    else wanted.add(path);
  }
}

// Four at a time, to spare the server.
async function fetchMissing(wanted, cache) {
  var missing = [];
  for (var path of wanted) {
    if (!(await cache.match(SCOPE + path))) missing.push(path);
  }
  async function next() {
    for (var path = missing.pop(); path; path = missing.pop()) await save(path, await fetchCurrent(path), cache);
  }
  await Promise.all([next(), next(), next(), next()]);
}

// The version in the query string bypasses caches between the server and the browser.
async function fetchCurrent(path) {
  var response = await fetch(SCOPE + path + "?" + VERSION, { cache: "no-cache" });
  if (!response.ok) throw new Error(path + " returned status " + response.status);
  return response;
}

async function deleteOldCaches() {
  var names = await caches.keys();
  await Promise.all(names.map(function (name) {
    return name.startsWith(CACHE_PREFIX) && name !== CACHE_NAME ? caches.delete(name) : null;
  }));
}
