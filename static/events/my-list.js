// The page "My list": the events that are starred in this browser, or those of a link
// (`my-list.html#ids=1,2,3`), which can be added to them.
(function () {
  "use strict";
  const MOST_CHARACTERS = 40000;
  const { archiveParts: parts, archiveList: list } = self;
  const { table } = parts;
  const { createElement } = self.archiveEvents;
  const root = document.querySelector("[data-my-list]");
  if (!root) return;
  const find = name => root.querySelector("[data-" + name + "]");
  const known = new Map();
  let linked; // the ids in the link, as `linkedIds` returns them
  let events = []; // those that are shown
  let unknown = 0; // how many ids are not of an event

  function load(part) {
    return new Promise((done, failed) => {
      document.head.append(createElement("script", { src: root.dataset.myList + "data/" + part + ".js", onload: done, onerror: failed }));
    });
  }

  // The ids in a link; null if it has something else, undefined if the page is opened without ids.
  function linkedIds() {
    const hash = location.hash.slice(0, MOST_CHARACTERS + 1).replace(/%2C/gi, ",");
    if (!hash.startsWith("#ids=")) return undefined;
    if (hash.length > MOST_CHARACTERS || !/^#ids=\d{1,9}(,\d{1,9})*$/.test(hash)) return null;
    return Array.from(new Set(hash.slice(5).split(",").map(Number)));
  }

  function count(number) {
    return number.toLocaleString("en") + (number === 1 ? " event" : " events");
  }

  // Rows, as in the lists of the site.

  // The first and the last moment at which the event may be, in milliseconds.
  function interval(event) {
    if (!event.days) return [event.start * 1000, event.start * 1000];
    return event.days.map(day => Date.parse(day.replace(/(....)(..)(..)/, "$1-$2-$3")));
  }

  function row(event) {
    return createElement("li", {}, self.archiveEvents.card(event, root.dataset.myList));
  }

  function section(title, members) {
    if (!members.length) return "";
    return createElement("section", { className: "event-list-section" },
      createElement("h2", {}, title), createElement("ol", { className: "event-list" }, ...members.map(row)));
  }

  function showRows() {
    const dated = events.filter(event => event.days || event.start !== null);
    dated.sort((a, b) => interval(a)[0] - interval(b)[0] || a.id - b.id);
    const isAhead = event => interval(event)[1] > Date.now();
    find("events").replaceChildren(
      section("Upcoming", dated.filter(isAhead)),
      section("Past", dated.filter(event => !isAhead(event)).reverse()),
      section("Date unknown", events.filter(event => !dated.includes(event))));
    self.archiveEvents.complete(root);
  }

  // What can be done with the list.

  // Rows of events that are taken off the list stay until the page is shown again.
  function chosen() {
    const starred = list.read();
    return linked ? events : events.filter(event => starred && starred.has(event.id));
  }

  function describe(starred) {
    if (linked === null) return "This link does not lead to a list: it is damaged or too long.";
    if (linked && !events.length) return "None of the events in this link are in the archive.";
    const sentences = [];
    if (linked) sentences.push(count(events.length) + " in this link.");
    else if (starred) sentences.push(chosen().length ? count(chosen().length) + " on your list." : "No events on your list yet.");
    if (unknown) sentences.push((unknown === 1 ? "1 other is" : unknown + " others are") + " not in the archive.");
    if (!starred) sentences.push("Your browser does not let this page keep a list.", linked ? "" : "A link to a list still works.");
    return sentences.join(" ").trim();
  }

  function missing() {
    const starred = list.read();
    return linked && starred ? events.filter(event => !starred.has(event.id)) : [];
  }

  function showActions() {
    const starred = list.read();
    const shown = chosen();
    const ids = shown.map(event => event.id).sort((a, b) => a - b);
    find("status").textContent = describe(starred);
    find("note").textContent = "";
    find("help").hidden = linked !== undefined || !starred || shown.length > 0;
    find("own").hidden = linked === undefined;
    find("actions").hidden = !shown.length;
    find("add").hidden = !missing().length;
    find("add").textContent = "Add " + count(missing().length) + " to my list";
    find("clear").hidden = linked !== undefined;
    find("link").href = (table.base ? table.base + "my-list.html" : location.href.split("#")[0]) + "#ids=" + ids.join(",");
  }

  function show() {
    linked = linkedIds();
    const starred = list.read();
    const ids = linked || (linked === undefined && starred ? Array.from(starred.keys()) : []);
    events = ids.filter(id => known.has(id)).map(id => self.archiveEvents.at(...known.get(id)));
    unknown = ids.length - events.length;
    showActions();
    showRows();
  }

  function bind(name, action) {
    find(name).addEventListener("click", action);
  }

  function note(sentence) {
    find("note").textContent = sentence;
  }

  function bindActions() {
    bind("add", () => {
      if (!list.add(missing().map(event => event.id))) return note("Your browser could not save the list.");
      location.hash = "";
      find("status").focus();
    });
    bind("copy", () => {
      const failed = () => note("Copy the address of the link “Link to this list”.");
      if (!navigator.clipboard) return failed();
      navigator.clipboard.writeText(find("link").href).then(() => note("Copied."), failed);
    });
    bind("save", () => {
      const [content, size] = self.archiveCalendar.write(chosen());
      note(size);
      if (!content) return;
      const href = URL.createObjectURL(new Blob([content], { type: "text/calendar" }));
      createElement("a", { href, download: "my-list.ics" }).click();
    });
    bind("print", () => print());
    bind("clear", () => {
      if (confirm("Remove all events from your list?") && list.write(new Map())) show();
    });
    document.addEventListener("my-list", showActions);
    addEventListener("storage", show);
    addEventListener("hashchange", () => /^#?$|^#ids=/.test(location.hash) && show());
  }

  root.hidden = false;
  Promise.all(table.parts.map(load)).then(() => {
    for (const name of table.parts) parts[name].id.forEach((id, index) => known.set(id, [parts[name], index]));
    bindActions();
    show();
  }, () => { find("status").textContent = "Could not load the events."; });
})();
