// Added by `build.py serve` to the pages it serves, and never written to output/. Reloads the page
// after a build, and shows above it why a build failed.
(function () {
  "use strict";
  var overlay = null;
  // The build that this page is of: the next may end before the first message arrives.
  var current = Number(document.currentScript.dataset.build);

  function clear() {
    if (overlay) overlay.remove();
    overlay = null;
  }

  function showError(text) {
    clear();
    overlay = document.createElement("pre");
    overlay.id = "build-error";
    overlay.setAttribute("role", "alert");
    overlay.textContent = "The build failed; below is the site as it was.\n\n" + text;
    // Set one by one: the Content Security Policy of the page refuses a style attribute.
    Object.assign(overlay.style, {
      position: "fixed", inset: "1rem 1rem auto", zIndex: "2147483647", maxHeight: "80vh",
      overflow: "auto", margin: "0", padding: "1rem", whiteSpace: "pre-wrap", color: "#fff",
      background: "#8a1020", font: "14px/1.5 monospace", borderRadius: "6px",
    });
    document.body.append(overlay);
  }

  var events = new EventSource("/__preview__/events");
  events.onmessage = function (message) {
    var status = JSON.parse(message.data);
    if (status.build !== current) return location.reload();
    if (status.error) showError(status.error);
    else clear();
  };
  // The next page would have to wait for this connection, since browsers open only a few to a host.
  addEventListener("pagehide", function () { events.close(); });
})();
