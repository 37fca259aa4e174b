// Shows the reader's local time beside dates with a time of day. Less exact dates are left alone: in
// another time zone they would be wrong.
(function () {
  "use strict";
  // The pages are in English. Of its variants the reader's own decides how times look.
  var locales = navigator.languages.filter(function (language) { return /^en\b/i.test(language); }).concat("en-GB");
  var clock = { hour: "numeric", minute: "2-digit", timeZoneName: "short" };
  var localFormat = new Intl.DateTimeFormat(locales, { weekday: "long", day: "numeric", month: "long", ...clock });
  var shortFormat = new Intl.DateTimeFormat(locales, { weekday: "short", ...clock });
  var relativeFormat = new Intl.RelativeTimeFormat("en", { numeric: "always" });
  var UNITS = [["day", 864e5], ["hour", 36e5], ["minute", 6e4]];

  // "in 3 days", "in 5 hours 12 minutes"; "" for what is past or more than a year ahead.
  function timeUntil(when) {
    var remaining = when - Date.now();
    var unit = UNITS.find(function (unit) { return remaining >= unit[1]; });
    if (!unit || remaining > 366 * 864e5) return "";
    var text = relativeFormat.format(Math.floor(remaining / unit[1]), unit[0]);
    var minutes = unit[0] === "hour" ? Math.floor(remaining % 36e5 / 6e4) : 0;
    return text + (minutes ? " " + minutes + (minutes === 1 ? " minute" : " minutes") : "");
  }

  // In a row of a list the note comes first in the line below the name, else after the date.
  function addNote(time, className) {
    var note = document.createElement("span");
    var line = time.closest(".event-list") && time.closest(".card").querySelector(".card-meta");
    note.className = className;
    if (line) line.prepend(note);
    else time.after(" ", note);
    return note;
  }

  function addLocalTime(time, format, words) {
    var about = time.dataset.precise === "hour" ? "about " : "";
    addNote(time, "local-time").textContent = about + format.format(new Date(time.dateTime)) + words;
  }

  function addLocalTimes(root) {
    if (new Date().getTimezoneOffset() === 0 && localFormat.resolvedOptions().timeZone === "UTC") return;
    root.querySelectorAll("[data-local] time[data-precise]").forEach(function (time) {
      addLocalTime(time, localFormat, ", your time");
    });
    // Lists have it for what is still ahead.
    root.querySelectorAll(".card time[data-precise]").forEach(function (time) {
      if (new Date(time.dateTime) > Date.now()) addLocalTime(time, shortFormat, "");
    });
  }

  self.archiveLocalTimes = addLocalTimes; // for lists that scripts make
  addLocalTimes(document);
  document.querySelectorAll("[data-countdown] time[data-precise]").forEach(function (time) {
    var when = new Date(time.dateTime);
    if (!timeUntil(when)) return;
    var note = addNote(time, "countdown");
    var tick = function () { note.textContent = timeUntil(when); };
    tick();
    if (when - Date.now() < 2 * 864e5) setInterval(tick, 1e4);
  });
  document.querySelectorAll(".event-actions").forEach(function (actions) {
    if (new Date(actions.dataset.until) <= Date.now()) actions.remove();
  });
  // Some of the events that the page lists as upcoming may be over by the reader's clock. On home they
  // move to the recent events, and hidden upcoming events are shown in their place. In the list of a
  // term they move to a section "Latest". On the page of upcoming events they go. Sections without
  // events go, too.
  var upcoming = document.querySelector(".upcoming");
  if (!upcoming) return;
  var recent = document.querySelector("ol.recent, .recent ol");
  var maxRecent = recent ? recent.children.length : Infinity;
  var over = Array.from(upcoming.querySelectorAll("[data-until]")).filter(function (item) {
    return new Date(item.dataset.until) <= Date.now();
  });
  if (over.length && !recent && upcoming.matches("section")) {
    var latest = upcoming.cloneNode(true);
    var heading = latest.querySelector("h2");
    recent = latest.querySelector("ol");
    recent.replaceChildren();
    heading.textContent = "Latest";
    heading.id = "latest";
    latest.setAttribute("aria-labelledby", "latest");
    upcoming.after(latest);
  }
  over.forEach(function (item) {
    var reserve = upcoming.querySelector(":scope > [hidden]");
    if (reserve && !item.hidden) reserve.hidden = false;
    item.hidden = false;
    item.querySelectorAll(".preparations").forEach(function (links) { links.remove(); });
    if (recent) recent.prepend(item);
    else item.remove();
  });
  if (recent) Array.from(recent.children).slice(maxRecent).forEach(function (item) { item.remove(); });
  upcoming.querySelectorAll("section").forEach(function (section) {
    if (!section.querySelector("li")) section.remove();
  });
  if (!upcoming.querySelector("li")) {
    var note = document.createElement("p");
    note.className = "empty-message";
    note.textContent = "No upcoming events";
    if (upcoming.matches("section")) upcoming.remove();
    else upcoming.replaceWith(note);
  }
  document.querySelectorAll('.page-links a[href^="#"]').forEach(function (link) {
    if (!document.getElementById(link.hash.slice(1))) link.parentNode.remove();
  });
})();
