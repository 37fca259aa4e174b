// Added by `build.py serve` to the pages it shows, and never written to output/. Reloads the page
// after a build, and shows over it why a build failed.
(function () {
  "use strict";
  var shown = null;
  // The build that this page is of: another may be done before the first message comes.
  var known = Number(document.currentScript.dataset.build);

  function clear() {
    if (shown) shown.remove();
    shown = null;
  }

  function complain(text) {
    clear();
    shown = document.createElement("pre");
    shown.id = "build-error";
    shown.setAttribute("role", "alert");
    shown.textContent = "The build failed; below is the site as it was.\n\n" + text;
    // Set one by one, which the page's policy allows; a style attribute it would refuse.
    Object.assign(shown.style, {
      position: "fixed", inset: "1rem 1rem auto", zIndex: "2147483647", maxHeight: "80vh",
      overflow: "auto", margin: "0", padding: "1rem", whiteSpace: "pre-wrap", color: "#fff",
      background: "#8a1020", font: "14px/1.5 monospace", borderRadius: "6px",
    });
    document.body.append(shown);
  }

  var events = new EventSource("/__preview__/events");
  events.onmessage = function (message) {
    var news = JSON.parse(message.data);
    if (news.build !== known) return location.reload();
    if (news.error) complain(news.error);
    else clear();
  };
  // Without this, the page that comes next would wait for a connection that this one still holds.
  addEventListener("pagehide", function () { events.close(); });
})();
