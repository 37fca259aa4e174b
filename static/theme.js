// The theme that the reader chose last; by default, and without this script, that of the system.
// Runs in the head, before anything is drawn, so that the page does not flash.
(function () {
  "use strict";
  var root = document.documentElement;
  var names = { "": "System", light: "Light", dark: "Dark" };
  var next = { "": "light", light: "dark", dark: "" };

  function savedChoice() {
    try {
      return localStorage.getItem("theme") || "";
    } catch (error) { return ""; } // from disk or in private windows there may be no storage
  }

  function saveChoice(choice) {
    try {
      if (choice) localStorage.setItem("theme", choice);
      else localStorage.removeItem("theme");
    } catch (error) { /* The choice holds for this page only. */ }
  }

  function apply(choice) {
    if (choice) root.dataset.theme = choice;
    else delete root.dataset.theme;
  }

  var choice = savedChoice() in names ? savedChoice() : "";
  apply(choice);

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
      apply(choice);
      saveChoice(choice);
      label();
    });
    label();
    document.querySelector(".theme-toggle-slot").append(button);
  });
  // Another page may have changed the theme before the browser shows this one again from memory.
  addEventListener("pageshow", function (event) {
    if (event.persisted) apply(savedChoice() in names ? savedChoice() : "");
  });
})();
