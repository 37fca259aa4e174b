// Which craft are at the station by the reader's clock, and on any day that the reader asks for. The
// table of visits has four times for each: it arrived between the first two of them, and departed
// between the others.
(function () {
  "use strict";
  var section = document.querySelector(".visits-now");
  if (!section) return;
  var rows = document.querySelectorAll("[data-visit]");
  var when = section.querySelector("[data-when]");
  var none = document.createElement("p");
  none.textContent = "None that the record has.";
  section.append(none);

  function show(from, to) {
    var lists = {};
    section.querySelectorAll("[data-state]").forEach(function (part) {
      lists[part.dataset.state] = part.querySelector("ul");
      lists[part.dataset.state].textContent = "";
    });
    rows.forEach(function (row) {
      var times = row.dataset.visit.split(" ").map(Date.parse);
      var isCertain = times[1] <= to && times[2] >= from;
      if (!isCertain && !(times[0] < to && times[3] > from)) return;
      var item = document.createElement("li");
      item.append(row.cells[0].firstElementChild.cloneNode(true),
        ": arrival " + row.cells[1].textContent + ", departure " + row.cells[2].textContent);
      lists[isCertain ? "certain" : "possible"].prepend(item);
    });
    var count = 0;
    for (var state in lists) {
      count += lists[state].children.length;
      lists[state].parentNode.hidden = !lists[state].children.length;
    }
    none.hidden = count > 0;
  }

  function inWords(day, zone) {
    return new Date(day).toLocaleDateString("en-GB",
      { day: "numeric", month: "long", year: "numeric", timeZone: zone });
  }

  function showNow() {
    when.textContent = "now, " + inWords(Date.now());
    show(Date.now(), Date.now());
  }
  showNow();

  var field = document.createElement("input");
  field.type = "date";
  var label = document.createElement("label");
  label.append("On another day (UTC) ", field);
  section.querySelector("h3").after(label);
  section.setAttribute("aria-live", "polite");
  field.addEventListener("change", function () {
    var day = Date.parse(field.value);
    if (isNaN(day)) return showNow();
    when.textContent = "on " + inWords(day, "UTC");
    show(day, day + 864e5);
  });

  // A line in the chart of this year.
  var now = new Date();
  var chart = document.querySelector('.visit-chart[data-year="' + now.getUTCFullYear() + '"]');
  if (chart) {
    var start = Date.UTC(now.getUTCFullYear(), 0);
    var share = 100 * (now - start) / (Date.UTC(now.getUTCFullYear() + 1, 0) - start) + "%";
    var line = document.createElementNS("http://www.w3.org/2000/svg", "line");
    line.setAttribute("class", "now");
    line.setAttribute("x1", share);
    line.setAttribute("x2", share);
    line.setAttribute("y1", "0");
    line.setAttribute("y2", "100%");
    chart.append(line);
  }
})();
