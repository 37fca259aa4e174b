// Lists of events by type, year and month, the index pages, the home page and the 404 page.
import {
  all, card, day, esc, frame, heroBackground, lists, icon, masthead, site, typeName, types,
} from "./site.js";

export const listPage = (path) => {
  const page = lists[path];
  return frame(page, LAYOUTS[page.layout](page) + (page.alternates ? follow(page) : ""));
};

const events = (count) => `${count} event${count === 1 ? "" : "s"}`;

const follow = ({ root, alternates }) => `<div class="container">
<section class="subscribe" aria-labelledby="follow">
  <h2 id="follow">Follow</h2>
  <ul>
    ${all(alternates, (one) => `<li><a href="${root}${one.path}" type="${one.mediaType}" dir="auto">${esc(one.title)}</a></li>`)}
  </ul>
  <p><a href="${root}subscribe.html">All feeds and calendars</a></p>
</section>
</div>`;

const eventRows = (ids, root) =>
  `<ol class="event-list">\n${all(ids, (one) => `<li${one.anchor ? ` id="${one.anchor}"` : ""}>${card(one.id ?? one, root)}</li>`)}\n</ol>`;

const eventList = ({ root, pages, sections }) => `${
  pages
    ? `<nav class="page-links" aria-label="Pages of this list">\n<ul>\n${all(pages, (one) => `<li><a href="${root}${one.path}"${one.isCurrent ? ' aria-current="page"' : ""}>${one.label} <span class="count">${one.count}</span></a></li>`)}\n</ul>\n</nav>`
    : ""
}
${all(sections, (one) =>
  one.title
    ? `<section class="event-list-section" aria-labelledby="${one.anchor}">
  <h2 id="${one.anchor}">${one.path ? `<a href="${root}${one.path}">${one.title}</a>` : one.title}</h2>
${eventRows(one.events, root)}
</section>`
    : eventRows(one.events, root),
)}`;

const pager = ({ root, neighbours: [before, after, label] }) => `<nav class="pager" aria-label="${label}">
${before.path ? `<a class="previous" rel="prev" href="${root}${before.path}"><span>Previous</span> <b dir="auto">${before.label}</b></a>` : ""}
${after.path ? `<a class="next" rel="next" href="${root}${after.path}"><span>Next</span> <b dir="auto">${after.label}</b></a>` : ""}
</nav>`;

const legend = () =>
  `<ul class="legend">${all(site.categories, (one) => `<li class="category-${one.key}">${icon(one.key)} ${one.label}</li>`)}</ul>`;

const month = (root) => (one) =>
  `<li class="busy-${one.level ?? 0}">${one.path ? `<a href="${root}${one.path}">${one.name} <span>${one.count}</span></a>` : `<span>${one.name}</span>`}</li>`;

const cell = (root, label) => (one) =>
  `<td>${one.path ? `<a href="${root}${one.path}" aria-label="${esc(label(one))}: ${one.count}">${one.count}</a>` : ""}</td>`;

const LAYOUTS = {
  type(page) {
    const { category } = types[page.type];
    return `${masthead(`category-${category}`, heroBackground(page.rotation, category), `<p class="kicker">${icon(category)} ${page.categoryLabel}</p>
<h1 dir="auto">${esc(page.heading)}</h1>
<p class="intro">${esc(page.summary)}</p>
<p class="masthead-count">${events(page.count)}</p>`)}
<div class="container stack single-type">
${page.chart ? `<figure class="timeline">\n${page.chart}\n<figcaption>All events of this type over time; they are listed below.</figcaption>\n</figure>` : ""}
${eventList(page)}
</div>`;
  },

  year(page) {
    const { root } = page;
    return `${masthead("masthead-year", heroBackground(page.rotation), `<h1>${page.heading}</h1>
<p class="masthead-count">${events(page.count)}</p>
<nav aria-label="Months of ${page.year}">
<ol class="month-charts">
${all(page.heatmaps, (one) => `<li>${one.path ? `<a href="${root}${one.path}">${one.name} <span class="count">${one.count}</span></a>` : `<span>${one.name}</span>`}${one.chart}</li>`)}
</ol>
</nav>`)}
<div class="container stack">
${eventList(page)}
${pager(page)}
</div>`;
  },

  month: (page) => `${masthead("", heroBackground(page.rotation), `<h1>${page.heading}</h1>
<p class="masthead-count">${events(page.count)}</p>`)}
<div class="container stack">
${eventList(page)}
${pager(page)}
</div>`,

  types(page) {
    const { root } = page;
    return `${masthead("", heroBackground(40), `<h1>Types of events</h1>
<p class="intro">What happens in space, and what each kind of event is.</p>`)}
<div class="container categories">
${all(page.categories, (category) => `<section class="category-${category.key}" aria-labelledby="${category.key}-types">
<h2 id="${category.key}-types">${icon(category.key)} ${category.label}</h2>
<ul class="term-list">
${all(category.types, (type) => `<li>
<p class="count-list"><a href="${root}types/${type.slug}.html">${typeName(type)}</a> <span class="count">${type.count}</span></p>
<p class="explanation">${esc(type.summary)}</p>
${type.chart}
</li>`)}
</ul>
</section>`)}
</div>
<div class="container">
<details class="chart-data">
<summary>Events by type and year, in numbers</summary>
<div class="scrollable" role="region" aria-label="Events by type and year" tabindex="0">
<table class="number-table">
<thead><tr><th scope="col">Type</th>${page.span.map((year) => `<th scope="col">${year}</th>`).join("")}</tr></thead>
<tbody>
${all(page.categories, (category) => all(category.types, (type) => `<tr><th scope="row">${typeName(type)}</th>${type.years.map(cell(root, (one) => `${type.name} ${one.number}`)).join("")}</tr>`))}
</tbody>
</table>
</div>
</details>
</div>`;
  },

  years(page) {
    const { root } = page;
    return `${masthead("", heroBackground(200), `<h1>Years</h1>
<p class="intro">Every year in the archive, from the first to the furthest announced.</p>`)}
<div class="container stack">
<div>
${legend()}
<ol class="year-list">
${all(page.years, (year) => `<li>
<div>
<h2><a href="${root}${year.path}">${year.number}</a></h2>
<p class="count">${events(year.count)}</p>
</div>
<div>
<svg class="stacked-bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">${year.segments.map((segment) => `<rect class="category-${segment.category}" x="${segment.start ?? 0}" width="${segment.length}" height="1"/>`).join("")}</svg>
<ol class="months">${all(year.months, month(root))}</ol>
</div>
</li>`)}
</ol>
</div>
${page.undated ? `<section aria-labelledby="undated">\n<h2 id="undated">Year not known</h2>\n${eventRows(page.undated, root)}\n</section>` : ""}
</div>`;
  },

  home(page) {
    const { root } = page;
    return `${masthead("masthead-home", heroBackground(150), `<h1>What happens in space, day by day</h1>
<p class="intro">An almanac of spaceflight after the launch: dockings and spacewalks, landings and flybys, tests, briefings and eclipses, with a page for each.</p>
<p class="masthead-count">${page.count} events${page.lastChecked ? `, last checked with Launch Library 2 on ${day(page.lastChecked)}` : ""}</p>`)}
<div class="container stack">
<section aria-labelledby="next">
<h2 id="next">What is next</h2>
<ol class="cards lead upcoming">
${all(page.upcoming, (one) => `<li${one.until ? ` data-until="${one.until}"` : ""}${one.hidden ? " hidden" : ""}>${card(one.id, root)}</li>`)}
</ol>
</section>
<section class="deferred" aria-labelledby="recent">
<h2 id="recent">What just happened</h2>
<ol class="cards lead recent">
${all(page.recent, (id) => `<li>${card(id, root)}</li>`)}
</ol>
</section>
<section class="on-this-day" aria-labelledby="on-this-day">
<h2 id="on-this-day"><a href="${root}days/index.html">On this day</a></h2>
${all(page.days, (one) => `<ul data-day="${one.day}" hidden>
${all(one.events, (event) => `<li><b>${event.year}</b> <a href="${root}${event.path}" dir="auto">${esc(event.name)}</a></li>`)}
</ul>`)}
<p data-today hidden><a href="${root}days/index.html">Today</a></p>
<p>What happened in earlier years: <a href="${root}days/index.html">all days of the year</a></p>
</section>
<section class="deferred" aria-labelledby="by-year">
<h2 id="by-year"><a href="${root}years/index.html">All years, week by week</a></h2>
<figure class="year-overview">
${legend()}
<ol>
${all(page.yearOverview, (year) => `<li><a href="${root}${year.path}">${year.number}</a>${year.chart}<span class="count">${year.count}<span class="visually-hidden"> events</span></span></li>`)}
</ol>
<figcaption>Each line is a year and each bar a week: the higher the bar, the more events. Colours show what kind of events they were, and a bar links to its month.</figcaption>
</figure>
<details class="chart-data">
<summary>The same in numbers</summary>
<div class="scrollable" role="region" aria-label="Events by year and month" tabindex="0">
<table class="number-table">
<thead><tr><th scope="col">Year</th>${site.months.map((name) => `<th scope="col"><abbr title="${name}">${name.slice(0, 3)}</abbr></th>`).join("")}</tr></thead>
<tbody>
${all(page.yearOverview, (year) => `<tr><th scope="row">${year.number}</th>${year.months.map(cell(root, (one) => `${one.name} ${year.number}`)).join("")}</tr>`)}
</tbody>
</table>
</div>
</details>
</section>
<section class="deferred" aria-labelledby="by-type">
<h2 id="by-type"><a href="${root}types/index.html">By type</a></h2>
<div class="type-index">
${all(page.categories, (category) => `<section class="category-${category.key}" aria-labelledby="category-${category.key}">
<h3 id="category-${category.key}">${icon(category.key)} ${category.label}</h3>
<ul class="count-list">
${all(category.types, (type) => `<li><a href="${root}types/${type.slug}.html">${typeName(type)}</a> <span class="count">${type.count}</span></li>`)}
</ul>
</section>`)}
</div>
</section>
<section class="deferred" aria-labelledby="ways-in">
<h2 id="ways-in">More ways to browse</h2>
<ul class="taxonomy-links">
${all(page.taxonomies, (one) => `<li><a href="${root}${one.path}">${one.label}</a> <span class="count">${one.count}</span></li>`)}
</ul>
</section>
</div>`;
  },

  "404": ({ root }) => `${masthead("", heroBackground(80), `<p class="kicker">404</p>
<h1>Page not found</h1>
<p class="intro">The page may have moved, or there may be a mistake in the address.</p>
<form class="search-form" role="search" action="${root}explore.html">
<label for="search">Search events by name</label>
<div class="search-row">
<input type="search" id="search" name="search" autocomplete="off" spellcheck="false" enterkeyhint="search">
<button type="submit">Search</button>
</div>
</form>`)}
<div class="container">
<div class="prose page-text">
<p>Events that were published here are not removed, so you may find what you are looking for among:</p>
<ul>
<li><a href="${root}index.html">what is next and what just happened</a>,</li>
<li><a href="${root}types/index.html">all types of events</a>, from dockings to briefings,</li>
<li><a href="${root}years/index.html">all years and months</a>.</li>
</ul>
</div>
</div>`,
};
