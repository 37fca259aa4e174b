// Beside a date that is known to the minute, the reader's own time. Dates known less exactly are
// left alone: shifted to another zone they would be wrong.
(function () {
  "use strict";
  var here = new Intl.DateTimeFormat("en-GB", {
    weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
  });
  var ahead = new Intl.RelativeTimeFormat("en", { numeric: "always" });
  var steps = [["day", 864e5], ["hour", 36e5], ["minute", 6e4]];

  function until(when) {
    var left = when - Date.now();
    var step = steps.find(function (step) { return left >= step[1]; });
    return step && left < 366 * 864e5 ? ahead.format(Math.floor(left / step[1]), step[0]) : "";
  }

  if (new Date().getTimezoneOffset() !== 0 || here.resolvedOptions().timeZone !== "UTC") {
    document.querySelectorAll("[data-local] time[data-precise]").forEach(function (time) {
      var note = document.createElement("span");
      note.className = "local-time";
      var about = time.dataset.precise === "hour" ? "about " : "";
      note.textContent = about + here.format(new Date(time.dateTime)) + " where you are";
      time.after(" ", note);
    });
  }
  document.querySelectorAll("[data-countdown] time[data-precise]").forEach(function (time) {
    var words = until(new Date(time.dateTime));
    if (!words) return;
    var note = document.createElement("span");
    note.className = "countdown";
    note.textContent = words;
    time.after(" ", note);
  });
  // A page that was built some days ago calls "next" what has happened since: the reader's own clock
  // decides. What is over moves to what just happened, and from behind come the events in reserve.
  var upcoming = document.querySelector(".upcoming");
  var recent = document.querySelector(".recent");
  if (upcoming) {
    var most = recent ? recent.children.length : 0;
    upcoming.querySelectorAll("[data-until]").forEach(function (item) {
      if (new Date(item.dataset.until) > Date.now()) return;
      var reserve = upcoming.querySelector(":scope > [hidden]");
      if (reserve && !item.hidden) reserve.hidden = false;
      item.hidden = false;
      if (recent) recent.prepend(item);
      else item.remove();
    });
    if (recent) Array.from(recent.children).slice(most).forEach(function (item) { item.remove(); });
    if (!upcoming.children.length) {
      var note = document.createElement("p");
      note.className = "empty-message";
      note.textContent = "Nothing more had been announced when this page was made.";
      upcoming.replaceWith(note);
    }
  }
})();
