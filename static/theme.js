// A button that changes between the light and the dark theme. A choice that is not the theme of the
// system is remembered; without one, and without this script, the theme is that of the system.
// Runs in the head, before anything is drawn, so that the page does not flash.
(function () {
  "use strict";
  var root = document.documentElement;
  var systemIsDark = matchMedia("(prefers-color-scheme: dark)");

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
    if (choice === "light" || choice === "dark") root.dataset.theme = choice;
    else delete root.dataset.theme;
  }

  function other() {
    var current = root.dataset.theme || (systemIsDark.matches ? "dark" : "light");
    return current === "dark" ? "light" : "dark";
  }

  apply(savedChoice());

  document.addEventListener("DOMContentLoaded", function () {
    var button = document.createElement("button");
    function label() {
      button.title = "Change to the " + other() + " theme";
      button.setAttribute("aria-label", button.title);
    }
    button.type = "button";
    button.className = "theme-toggle";
    button.innerHTML = '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="8"/><path fill="currentColor" d="M12 4a8 8 0 0 1 0 16z"/></svg>';
    button.addEventListener("click", function () {
      var choice = other();
      var isOfSystem = choice === (systemIsDark.matches ? "dark" : "light");
      apply(isOfSystem ? "" : choice);
      saveChoice(isOfSystem ? "" : choice);
      label();
    });
    label();
    systemIsDark.addEventListener("change", label);
    document.querySelector(".theme-toggle-slot").append(button);
  });
  // Another page may have changed the theme before the browser shows this one again from memory.
  addEventListener("pageshow", function (event) {
    if (event.persisted) apply(savedChoice());
  });
})();
