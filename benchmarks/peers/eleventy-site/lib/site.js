// The document that all peers read, and the frame of every page.
import { readFileSync } from "node:fs";

export const data = JSON.parse(readFileSync(new URL("../data.json", import.meta.url)));
export const { site, types, events, lists, feeds, images } = data;

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;" };
export const esc = (value) => String(value ?? "").replace(/[&<>"']/g, (character) => ENTITIES[character]);
export const all = (list, make) => (list ?? []).map(make).join("\n");
export const absolute = (path) => site.baseUrl + (path === "index.html" ? "" : path);

export const time = (when) =>
  when.iso
    ? `<time datetime="${when.iso}"${when.precision ? ` data-precise="${when.precision}"` : ""}>${esc(when.display)}</time>`
    : esc(when.display);
export const instant = (when) => `<time datetime="${when.iso}" data-precise>${when.display}</time>`;
export const day = (when) => `<time datetime="${when.iso}">${when.display}</time>`;
export const link = (url, label) =>
  `<a href="${esc(url)}" rel="nofollow noopener noreferrer" dir="auto">${esc(label)}</a>`;
export const icon = (category) => `<svg class="icon" aria-hidden="true"><use href="#${category}"/></svg>`;
export const typeName = (type) =>
  `<span dir="auto">${esc(type.name)}</span>${type.explanation ? ` <span class="explanation">(${esc(type.explanation)})</span>` : ""}`;
export const srcset = (image, root) =>
  image.sizes.map((size) => `${root}${size.path} ${size.width}w`).join(", ");
export const altOf = (image, event) => image.name ?? `Picture published with ${event.name}`;

const placeholderIcon = (category) =>
  `<circle class="icon-backdrop" cx="240" cy="160" r="62"/><use class="icon" href="#${category}" x="202" y="122" width="76" height="76"/>`;
export const heroBackground = (rotation, category) =>
  `<svg class="hero" viewBox="-240 0 720 320" preserveAspectRatio="xMidYMid slice" aria-hidden="true"><use href="#sky" transform="rotate(${rotation ?? 0} 240 160)"/>${category ? placeholderIcon(category) : ""}</svg>`;

const cards = new Map();
export function card(id, root) {
  const key = root + id;
  if (!cards.has(key)) cards.set(key, renderCard(events[id], root));
  return cards.get(key);
}

function renderCard(event, root) {
  const type = types[event.type];
  const image = images[event.image];
  const open = event.date.iso ? time({ ...event.date, display: "" }).replace("</time>", "") : "";
  return `<div class="card category-${type.category}">
<p class="card-name"><a href="${root}events/${event.slug}.html" dir="auto">${esc(event.name)}</a></p>
<p class="card-date">${open}
${event.day ? `<b>${event.day}</b> ` : ""}${esc(event.monthAndYear)}${event.timeOfDay ? ` <span>${event.timeOfDay}</span>` : ""}
${open ? "</time>" : ""}</p>
<p class="card-type">${icon(type.category)} <span dir="auto">${esc(type.name)}</span></p>
${event.location ? `<p class="card-place" dir="auto">${esc(event.location)}</p>` : ""}
<div class="card-image">${
    image
      ? `<img src="${root}${image.src}" srcset="${srcset(image, root)}" sizes="auto, (min-width: 40em) 20em, 7em" width="${image.width}" height="${image.height}" alt="" loading="lazy" decoding="async">`
      : `<svg class="image-placeholder" viewBox="0 0 480 320" preserveAspectRatio="xMidYMid slice" aria-hidden="true"><use href="#sky" transform="rotate(${event.rotation ?? 0} 240 160)"/>${placeholderIcon(type.category)}</svg>`
  }</div>
</div>`;
}

export const social = (name) => `<meta property="og:image" content="${site.social[name]}">
<meta property="og:image:width" content="1200">
<meta property="og:image:height" content="630">
<meta property="og:image:alt" content="A drawn night sky">
<meta name="twitter:card" content="summary_large_image">`;

export const script = (graph) =>
  `<script type="application/ld+json">${JSON.stringify({ "@context": "https://schema.org", "@graph": graph }).replaceAll("<", "\\u003c")}</script>`;

export const breadcrumbList = (page) => ({
  "@type": "BreadcrumbList",
  itemListElement: [...page.breadcrumbs, { label: page.title, path: page.path }].map((breadcrumb, index) => ({
    "@type": "ListItem",
    position: index + 1,
    name: breadcrumb.label,
    item: absolute(breadcrumb.path),
  })),
});

const symbols = (names) => `<svg class="svg-definitions" width="0" height="0" aria-hidden="true"><defs>${names
  .map((name) => `<symbol id="${name}" viewBox="0 0 24 24">${site.symbols[name]}</symbol>`)
  .join("")}
${site.sky}
</defs></svg>`;

export function frame(page, content) {
  const { root } = page;
  const title = page.layout === "home" ? page.title : `${page.title} · ${site.title}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${site.policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${esc(title)}</title>
<meta name="description" content="${esc(page.description)}">
${
  page.indexable
    ? `<link rel="canonical" href="${absolute(page.path)}">
<meta property="og:url" content="${absolute(page.path)}">
<meta property="og:site_name" content="${esc(site.title)}">
<meta property="og:title" content="${esc(page.title)}">
<meta property="og:description" content="${esc(page.description)}">
${page.social ?? `<meta property="og:type" content="website">\n${social("archive")}`}`
    : `<meta name="robots" content="noindex">`
}
<link rel="icon" type="image/svg+xml" href="${root}${site.assets.icon_svg}">
<link rel="apple-touch-icon" href="${root}${site.assets.icon_png}">
<link rel="stylesheet" href="${root}${site.assets.style_css}">
<script src="${root}${site.assets.theme_js}"></script>
<script src="${root}${site.assets.page_js}" defer></script>
<script src="${root}${site.assets.offline_js}" defer></script>
${all(page.alternates, (one) => `<link rel="alternate" type="${one.mediaType}" title="${esc(one.title)}" href="${root}${one.path}">`)}
${page.graph ? script(page.graph) : page.breadcrumbs ? script([breadcrumbList(page)]) : ""}
</head>
<body>
${symbols(page.icons ?? Object.keys(site.symbols))}<a class="skip-link" href="#content">Skip to the content</a>
<header class="site-header dark-sky">
  <div class="site-bar container">
    <a class="site-name" href="${root}index.html">
      ${icon("orbit")}
      <span>${esc(site.title)}</span>
    </a>
    <span class="theme-toggle-slot"></span>
    <nav class="site-nav" aria-label="Main">
      <ul>
        ${all(site.nav, (one) => `<li><a href="${root}${one.path}"${one.path === page.current ? ' aria-current="page"' : ""}>${one.label}</a></li>`)}
      </ul>
    </nav>
    ${
      page.hasSearch
        ? `<form class="site-search" role="search" action="${root}explore.html">
      <label class="visually-hidden" for="site-search">Search the events</label>
      <input type="search" id="site-search" name="search" placeholder="Search" autocomplete="off" spellcheck="false" enterkeyhint="search">
      <button type="submit">Search</button>
    </form>`
        : ""
    }
  </div>
  ${
    page.breadcrumbs
      ? `<nav class="breadcrumbs container" aria-label="Breadcrumbs">
    <ol>
      ${all(page.breadcrumbs, (breadcrumb) => `<li><a href="${root}${breadcrumb.path}" dir="auto">${esc(breadcrumb.label)}</a></li>`)}
    </ol>
  </nav>`
      : ""
  }
</header>
<main id="content" tabindex="-1">
${content}
</main>
<footer class="site-footer">
  <div class="container">
    <p>The events come from <a href="https://thespacedevs.com/llapi" rel="noopener noreferrer">Launch Library 2</a> by The Space Devs, with thanks. Each picture belongs to whoever is credited beside it.</p>
    <ul>
      <li><a href="${root}subscribe.html">Feeds and calendars</a></li>
      <li><a href="${root}feed.rss" type="application/rss+xml">RSS</a></li>
      <li><a href="${root}calendar.ics" type="text/calendar">Calendar</a></li>
      <li><a href="${root}offline.html">Read offline</a></li>
      <li><a href="${root}data.html">Data</a></li>
      <li><a href="${root}credits.html">Picture credits</a></li>
      <li><a href="${root}report.html">Gaps in the data</a></li>
      <li><a href="${root}about.html">About</a></li>
    </ul>
  </div>
</footer>
</body>
</html>
`;
}

export const masthead = (cssClass, background, content) => `<div class="masthead dark-sky ${cssClass}">
${background}<div class="container">
${content}
</div>
</div>`;
