// Light or dark as the reader last chose; without a choice, and without this script, the system's.
// Runs in the head, before anything is drawn, so that nothing flashes.
(function () {
  "use strict";
  var root = document.documentElement;
  var system = matchMedia("(prefers-color-scheme: dark)");

  function kept(value) {
    try {
      if (value === undefined) return localStorage.getItem("theme");
      if (value) localStorage.setItem("theme", value);
      else localStorage.removeItem("theme");
    } catch (refused) { /* from disk or in private windows there may be no storage */ }
    return value;
  }

  function shown() {
    return root.dataset.theme || (system.matches ? "dark" : "light");
  }

  var choice = kept();
  if (choice === "light" || choice === "dark") root.dataset.theme = choice;

  document.addEventListener("DOMContentLoaded", function () {
    var button = document.createElement("button");
    function label() {
      button.textContent = shown() === "dark" ? "Light" : "Dark";
      button.setAttribute("aria-label", button.textContent + " theme");
    }
    button.type = "button";
    button.className = "theme";
    button.addEventListener("click", function () {
      var other = shown() === "dark" ? "light" : "dark";
      var asSystem = other === (system.matches ? "dark" : "light");
      if (asSystem) delete root.dataset.theme;
      else root.dataset.theme = other;
      kept(asSystem ? "" : other);
      label();
    });
    system.addEventListener("change", label);
    label();
    document.querySelector(".site-name").after(button);
  });
})();
