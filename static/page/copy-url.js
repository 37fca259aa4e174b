// A button beside each URL that copies it. The URL is selected as well, for browsers that do not let
// scripts copy.
(function () {
  "use strict";
  document.querySelectorAll(".copyable-url").forEach(function (url) {
    if (!url.textContent.includes("://")) return; // The site has no base URL.
    var button = document.createElement("button");
    var status = document.createElement("span");
    button.type = "button";
    button.className = "copy-url";
    button.textContent = "Copy";
    button.setAttribute("aria-label", "Copy " + (url.dataset.name || url.textContent));
    status.setAttribute("role", "status");
    button.addEventListener("click", function () {
      getSelection().selectAllChildren(url);
      if (!navigator.clipboard) return;
      navigator.clipboard.writeText(url.textContent).then(function () { status.textContent = "Copied"; }, function () {});
    });
    url.after(" ", button, " ", status);
  });
})();
