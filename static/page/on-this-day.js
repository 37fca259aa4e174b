// What happened on this day, by the reader's clock. The home page has lists for the days after it was
// built, of which this shows today's. A link on home and in the index leads to the page of the day.
(function () {
  "use strict";
  var now = new Date();
  var twoDigits = function (number) { return String(number).padStart(2, "0"); };
  var today = twoDigits(now.getMonth() + 1) + "-" + twoDigits(now.getDate());
  var label = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long" }).format(now);
  var list = document.querySelector('[data-day="' + today + '"]');
  if (list) list.hidden = false;
  document.querySelectorAll("[data-today]").forEach(function (paragraph) {
    var link = paragraph.querySelector("a");
    link.href = link.getAttribute("href").replace("index.html", today + ".html");
    link.textContent = (list ? "Everything on " : "What happened on ") + label;
    paragraph.hidden = false;
  });
})();
