// The frame that other sites show: the next events, of all types or of one, by the reader's clock.
// Its parameters are those of the URL: `embed.html?type=docking&limit=3&theme=dark`.
(function () {
  "use strict";
  const query = new URLSearchParams(location.search);
  const [type, limit, theme] = ["type", "limit", "theme"].map(name => query.get(name) || "");
  const BAD_TYPE = "There is no such type of event: “type” is the last part of the address of a type’s page, such as “docking”.";
  if (theme) document.documentElement.dataset.theme = theme;

  function problem() {
    if (!/^[-a-z0-9_]{0,100}$/.test(type)) return BAD_TYPE;
    if (!/^[1-5]?$/.test(limit)) return "This address is not right: “limit” is a number from 1 to 5.";
    return /^(light|dark)?$/.test(theme) ? "" : "This address is not right: “theme” is “light” or “dark”.";
  }

  async function nextEvents() {
    if (problem()) throw new Error(problem());
    const failure = new Error("The events cannot be loaded here.");
    // The browser would report an error.
    if (location.protocol === "file:") throw failure;
    const response = await fetch(type ? "types/" + type + ".next.json" : "next.json").catch(() => { throw failure; });
    if (response.status === 404 && type) throw new Error(BAD_TYPE);
    const { events } = await response.json().catch(() => { throw failure; });
    return events.map(event => ({ ...event, hasTime: event.time.includes("T"), url: new URL(event.url, response.url).href }));
  }

  // The pages are in English. Of its variants the reader's own decides how times look.
  function dateOf({ time, hasTime, precision }) {
    const locales = navigator.languages.filter(language => /^en\b/i.test(language)).concat("en-GB");
    const day = { weekday: "short", day: "numeric", month: "long", year: "numeric" };
    const options = hasTime ? { ...day, hour: "numeric", minute: "2-digit", timeZoneName: "short" } : { ...day, timeZone: "UTC" };
    const words = new Intl.DateTimeFormat(locales, options).format(new Date(time));
    if (precision === "morning" || precision === "afternoon") return words + ", in the local " + precision;
    return precision === "hour" ? "about " + words : words;
  }

  function element(tag, properties) {
    return Object.assign(document.createElement(tag), properties);
  }

  function item(event) {
    const entry = element("li", {});
    const link = element("a", { href: event.url, target: "_blank", rel: "noopener", dir: "auto", textContent: event.name });
    entry.append(link, element("time", { dateTime: event.time, textContent: dateOf(event) }));
    if (event.place) entry.append(element("span", { dir: "auto", textContent: event.place }));
    return entry;
  }

  async function show() {
    const heading = document.querySelector("h1 a");
    const status = document.querySelector("[role=status]");
    try {
      const events = await nextEvents();
      const ahead = events.filter(event => (event.epoch + (event.hasTime ? 0 : 86400)) * 1000 > Date.now());
      if (type) heading.href = "types/" + type + ".html";
      if (type && ahead.length) heading.textContent = "Upcoming: " + ahead[0].type;
      status.textContent = ahead.length ? "" : "No upcoming events";
      document.querySelector("ol").append(...ahead.slice(0, limit || 5).map(item));
    } catch (error) {
      status.textContent = error.message;
    }
  }

  const shown = new Promise(done => document.addEventListener("DOMContentLoaded", () => done(show())));

  // The page that shows the frame may ask how high it is.
  addEventListener("message", event => {
    if (event.source !== parent || event.data !== "height?") return;
    shown.then(() => parent.postMessage({ height: Math.ceil(document.body.getBoundingClientRect().height) }, "*"));
  });
})();
