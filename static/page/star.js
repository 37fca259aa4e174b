// A button with a star beside each event adds it to "My list", which is kept in this browser. Elements
// that stand for an event have its id in `data-event`.
(function () {
  "use strict";
  // {"version": 1, "events": [[id, when it was starred, in seconds since 1970], ...]}
  const KEY = "events-archive-list";
  const VERSION = 1;

  // When each event was starred, by id. Null if there is no list to write to: the browser refuses
  // storage, or a later version of this script has saved the list.
  function read() {
    let saved = {};
    try {
      saved = JSON.parse(localStorage.getItem(KEY)) || {};
    } catch (error) {
      if (!(error instanceof SyntaxError)) return null;
    }
    if (saved.version > VERSION) return null;
    const entries = Array.isArray(saved.events) ? saved.events : [];
    return new Map(entries.filter(entry => Array.isArray(entry) && entry.length === 2 && entry.every(Number.isSafeInteger)));
  }

  // Whether the list was saved; the browser may refuse, or have no space left.
  function write(starred) {
    try {
      localStorage.setItem(KEY, JSON.stringify({ version: VERSION, events: Array.from(starred) }));
    } catch (error) { return false; }
    update();
    document.dispatchEvent(new Event("my-list"));
    return true;
  }

  function add(ids) {
    const starred = read() || new Map();
    const now = Math.floor(Date.now() / 1000);
    ids.forEach(id => starred.has(id) || starred.set(id, now));
    return write(starred);
  }

  function toggle(star) {
    const id = Number(star.dataset.star);
    const starred = read() || new Map();
    const isSaved = starred.delete(id) ? write(starred) : add([id]);
    if (!isSaved) star.textContent = "Not saved";
  }

  function update() {
    const starred = read() || new Map();
    document.querySelectorAll(".star").forEach(star => {
      const isStarred = starred.has(Number(star.dataset.star));
      const label = name => (isStarred ? "Remove " + name + "from my list" : "Add " + name + "to my list");
      star.classList.toggle("starred", isStarred);
      if (!star.dataset.name) return void (star.textContent = label(""));
      star.title = label(star.dataset.name + " ");
      star.setAttribute("aria-label", star.title);
    });
  }

  // In lists the star follows the name, on an event's own page it is the last line of the title.
  function addStars(root) {
    if (!read()) return;
    root.querySelectorAll("[data-event]").forEach(element => {
      if (element.querySelector(".star")) return;
      const star = Object.assign(document.createElement("button"), { type: "button", className: "star" });
      star.dataset.star = element.dataset.event;
      star.addEventListener("click", () => toggle(star));
      if (element.querySelector("h1")) return element.append(star);
      const link = element.querySelector("a");
      star.dataset.name = link.textContent;
      link.after(star);
    });
    update();
  }

  self.archiveList = { read, write, add, addStars };
  addStars(document);
  // Another tab has changed the list, or another page before the browser shows this one from memory.
  addEventListener("storage", update);
  addEventListener("pageshow", update);
})();
