// What happened on the reader's own day: home holds the days after it was made, of which this shows
// the right one; a page that is older, and the index of days, lead to the day's own page.
(function () {
  "use strict";
  var now = new Date();
  var two = function (number) { return String(number).padStart(2, "0"); };
  var today = two(now.getMonth() + 1) + "-" + two(now.getDate());
  var words = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long" }).format(now);
  var told = document.querySelector('[data-day="' + today + '"]');
  if (told) told.hidden = false;
  document.querySelectorAll("[data-today]").forEach(function (note) {
    var link = note.querySelector("a");
    link.href = link.getAttribute("href").replace("index.html", today + ".html");
    link.textContent = (told ? "Everything on " : "What happened on ") + words;
    note.hidden = false;
  });
})();
