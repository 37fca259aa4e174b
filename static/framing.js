// Only embed.html is for frames of other sites. In such a frame a page shows nothing but a link to
// itself. This is what a page can do: `frame-ancestors` has no effect in the policy of a page.
(function () {
  "use strict";
  if (self === top || location.protocol === "file:") return;
  try {
    if (top.location.href) return; // a page of this site
  } catch (error) { /* a page of another site */ }
  document.documentElement.hidden = true;
  addEventListener("load", function () {
    var link = document.createElement("a");
    link.href = location.href;
    link.target = "_top";
    link.textContent = document.title;
    document.body.replaceChildren(link);
    document.body.className = "embed";
    document.documentElement.hidden = false;
  });
})();
