// Light or dark as the reader last chose; without a choice, and without this script, the system's.
// Runs in the head, before anything is drawn, so that nothing flashes.
(function () {
  "use strict";
  var root = document.documentElement;
  var names = { "": "System", light: "Light", dark: "Dark" };
  var next = { "": "light", light: "dark", dark: "" };

  function kept() {
    try {
      return localStorage.getItem("theme") || "";
    } catch (refused) { return ""; } // from disk or in private windows there may be no storage
  }

  function keep(choice) {
    try {
      if (choice) localStorage.setItem("theme", choice);
      else localStorage.removeItem("theme");
    } catch (refused) { /* then it lasts for this page */ }
  }

  function show(choice) {
    if (choice) root.dataset.theme = choice;
    else delete root.dataset.theme;
  }

  var choice = kept() in names ? kept() : "";
  show(choice);

  document.addEventListener("DOMContentLoaded", function () {
    var button = document.createElement("button");
    function label() {
      button.textContent = names[choice];
      button.setAttribute("aria-label", names[choice] + " theme: change to " + names[next[choice]]);
    }
    button.type = "button";
    button.className = "theme-toggle";
    button.addEventListener("click", function () {
      choice = next[choice];
      show(choice);
      keep(choice);
      label();
    });
    label();
    document.querySelector(".theme-toggle-slot").append(button);
  });
  // Another page or window may have changed it, and this one be shown again from memory.
  addEventListener("pageshow", function (event) {
    if (event.persisted) show(kept() in names ? kept() : "");
  });
})();
