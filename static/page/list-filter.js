// A field that finds the items of lists by the words that are typed. Groups without any are hidden;
// those that are folded are opened.
(function () {
  "use strict";
  function fold(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  }
  var filter = document.querySelector(".list-filter");
  if (!filter) return;
  var field = filter.querySelector("input");
  var status = filter.querySelector("[role=status]");
  var items = Array.from(document.querySelectorAll(".filter-item"), function (item) {
    return { element: item, name: fold(item.firstElementChild.textContent) };
  });
  function update() {
    var words = fold(field.value).split(/\s+/).filter(Boolean);
    var found = items.filter(function (item) {
      var isFound = words.every(function (word) { return item.name.includes(word); });
      item.element.hidden = !isFound;
      return isFound;
    });
    document.querySelectorAll(".filter-group").forEach(function (group) {
      group.hidden = !group.querySelector(".filter-item:not([hidden])");
      if (group.tagName === "DETAILS") group.open = words.length > 0;
    });
    status.textContent = words.length ? found.length + " found" : "";
  }
  filter.hidden = false;
  field.addEventListener("input", update);
  if (field.value) update();
})();
