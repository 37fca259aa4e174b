// Makes the archive readable without a network. Pages are always requested from the network first; the
// cached copy is shown only if that fails, with a notice that says from which day it is.
"use strict";

var VERSION = "{{ site_version }}"; // of the whole site, so that this script changes whenever a file does
var SCOPE = self.registration.scope;
// Other sites on the same host have their caches in the same storage.
var CACHE_PREFIX = "events-archive " + new URL(SCOPE).pathname + " ";
var CACHE_NAME = CACHE_PREFIX + VERSION;
var FILE_LIST = "service-worker-files.json";
var SAVE_ALL_MARKER = "service-worker-keeps-all"; // no file: cached if the reader saved the whole archive
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
  event.respondWith(isImmutable(path) ? cacheFirst(request, path) : networkFirst(event, path));
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
  try {
    // Not from the HTTP cache of the browser, which may be old as well.
    var response = await fetch(event.request, { cache: "no-cache" });
    if (response.ok && isCacheable(path)) event.waitUntil(save(path, response.clone()));
    return response;
  } catch (offline) {
    var cached = await find(path);
    if (event.request.mode !== "navigate") {
      if (cached) return cached;
      throw offline;
    }
    return cached ? withNotice(cached) : missingPage(path);
  }
}

async function cacheFirst(request, path) {
  var cached = await find(path);
  if (cached) return cached;
  var response = await fetch(request);
  if (response.ok) await save(path, response.clone());
  return response;
}

async function find(path) {
  return (await caches.open(CACHE_NAME)).match(SCOPE + path);
}

// The copy is a new response, without the query string of its URL and without redirects.
async function save(path, response, cache) {
  var headers = new Headers(response.headers);
  headers.set("X-Kept", new Date().toISOString());
  var copy = new Response(await response.blob(), { headers: headers });
  await (cache || (await caches.open(CACHE_NAME))).put(SCOPE + path, copy);
}

// A cached page with a notice at its top.
async function withNotice(cached) {
  var when = new Date(cached.headers.get("X-Kept"));
  var day = when.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  var notice = '<p class="offline-notice" role="status">No network: this is a copy that your browser saved on ' + day + ".</p>";
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
