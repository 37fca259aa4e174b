// Choices for the frame that other sites can show: they are written into its HTML, and its height is
// that of so many events.
(function () {
  "use strict";
  const form = document.querySelector("[data-embed]");
  if (!form) return;
  const html = document.querySelector("[data-name]");
  const link = document.querySelector("[data-embed-link]");
  const [text, href] = [html.textContent, link.href];
  form.hidden = false;
  form.addEventListener("input", () => {
    const chosen = Array.from(new FormData(form)).filter(pair => pair[1]);
    const query = chosen.length ? "?" + new URLSearchParams(chosen) : "";
    const height = 140 + 76 * (form.elements.limit.value || 5);
    html.textContent = text.replace("embed.html", "embed.html" + query.replace(/&/g, "&amp;")).replace(/height="\d+"/, 'height="' + height + '"');
    link.href = href + query;
  });
})();
