// Reads events from the columns of the data files, and shows them as the lists of the site do. Text is
// inserted as text, never as markup.
(function () {
  "use strict";
  const MONTHS = "January February March April May June July August September October November December".split(" ");

  // "4 July 2021, 00:11 UTC", from POSIX seconds.
  function minute(seconds) {
    const date = new Date(seconds * 1000);
    return date.getUTCDate() + " " + MONTHS[date.getUTCMonth()] + " " + date.getUTCFullYear() +
      ", " + date.toISOString().slice(11, 16) + " UTC";
  }

  // Places and pictures are numbers in a data file, and may be replaced by what these stand for. `days`
  // are the first day and the day after the last, "20210704", of an event without a time of day.
  function at(columns, row) {
    const table = self.archiveParts.table;
    const value = (name, names) => (typeof columns[name][row] === "number" ? columns[names][columns[name][row]] : columns[name][row]);
    const [display, start, after] = columns.date_text[row] || [];
    const [type, , category, length] = table.types[columns.type[row]];
    const date = columns.date[row];
    const modified = columns.modified[row];
    return {
      id: columns.id[row],
      name: columns.name[row],
      stem: columns.stem[row] || columns.slug[row],
      type,
      category,
      length,
      place: value("place", "places"),
      picture: value("picture", "pictures"),
      display: display || minute(date),
      start: after || date === null ? null : start || Math.floor(date / 60) * 60,
      days: after ? [start, after] : null,
      modified,
      sequence: columns.revision[row] + modified - table.firstDate,
      status: columns.tentative[row] ? "TENTATIVE" : "CONFIRMED",
    };
  }

  function createElement(tag, properties, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  function dateOf(event) {
    const [head, clock] = event.display.split(", ");
    const [, day, rest] = /^(\d{1,2}) (.+)$/.exec(head) || [, "", head];
    const words = day ? [createElement("b", {}, day), " ", createElement("i", {}, rest.replace(/^(\w{3})\w*/, "$1"))] : [createElement("i", {}, rest)];
    if (clock) words.push(" ", createElement("span", {}, clock));
    if (event.start === null) return words;
    const time = createElement("time", { dateTime: new Date(event.start * 1000).toISOString() }, ...words);
    time.dataset.precise = clock.startsWith("about") ? "hour" : "";
    return [time];
  }

  function icon(category) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", "#" + category);
    svg.append(use);
    return svg;
  }

  // "CRS-39" does not break at its hyphen.
  function unbroken(name) {
    return name.split(/([\p{L}\d_]{1,9}-\d{1,4})/u).map((part, index) => index % 2 ? createElement("span", { className: "designator" }, part) : part);
  }

  function card(event, root) {
    const href = root + "events/" + event.stem + ".html";
    const meta = createElement("div", { className: "card-meta" },
      createElement("p", { className: "card-type" }, icon(event.category), " ", createElement("span", { dir: "auto" }, event.type)));
    if (event.place) meta.append(createElement("p", { className: "card-place", dir: "auto" }, event.place));
    const item = createElement("div", { className: "card category-" + event.category },
      createElement("p", { className: "card-name" }, createElement("a", { href, dir: "auto" }, ...unbroken(event.name))),
      createElement("p", { className: "card-date" }, ...dateOf(event)), meta);
    item.dataset.event = event.id;
    if (event.picture) {
      const image = createElement("img", { src: root + event.picture, alt: "", loading: "lazy", width: 320, height: 213 });
      item.append(createElement("div", { className: "card-image" }, image));
    }
    return item;
  }

  // Adds to the cards below an element what the scripts of all pages add: stars and the reader's time.
  function complete(list) {
    self.archiveList.addStars(list);
    self.archiveLocalTimes(list);
  }

  self.archiveEvents = { at, card, complete, createElement };
})();
