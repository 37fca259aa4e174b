// The page of an event.
import {
  absolute, all, altOf, breadcrumbList, data, day, esc, events, frame, heroBackground, instant, link, icon,
  masthead, images, social, srcset, time, typeName, types,
} from "./site.js";

const root = "../";
const termLink = (one) =>
  one.path ? `<a href="${root}${one.path}">${esc(one.name)}</a>` : esc(one.name);
const fact = (label, ...values) =>
  `<div><dt>${label}</dt>${values.map((value) => `<dd dir="auto">${value}</dd>`).join("")}</div>`;
const section = (id, title, content) =>
  `<section aria-labelledby="${id}">\n<h2 id="${id}">${title}</h2>\n${content}\n</section>`;
const eventRow = (id, before = "", after = "") => {
  const event = events[id];
  return `<li>${before}<a href="${root}events/${event.slug}.html" dir="auto">${esc(event.name)}</a> <i>${esc(event.displayDate)}${after}</i></li>`;
};
const pagerLink = (id, cssClass, rel, label) => {
  const event = events[id];
  return event
    ? `<a class="${cssClass}" rel="${rel}" href="${root}events/${event.slug}.html"><span>${label}</span> <b dir="auto">${esc(event.name)}</b> <i>${esc(event.displayDate)}</i></a>`
    : "";
};

export function eventPage(id) {
  const event = events[id];
  const type = types[event.type];
  const image = images[event.image];
  const path = `events/${event.slug}.html`;
  const calendar = event.calendar
    ? { path: `events/${event.slug}.ics`, title: "This event in a calendar" }
    : { path: `types/${type.slug}.ics`, title: `${type.name}, calendar` };
  const page = {
    path,
    root,
    title: `${event.name} (${event.displayDate})`,
    description: event.description,
    indexable: true,
    hasSearch: true,
    breadcrumbs: [{ label: "Home", path: "index.html" }, ...(event.breadcrumbs ?? [])],
    alternates: [{ ...calendar, mediaType: "text/calendar" }, ...type.alternates],
    icons: event.videos ? ["orbit", type.category, "play"] : ["orbit", type.category],
    social: `<meta property="og:type" content="article">\n${
      image
        ? `<meta property="og:image" content="${image.largest}">
<meta property="og:image:width" content="${image.width}">
<meta property="og:image:height" content="${image.height}">
<meta property="og:image:alt" content="${esc(altOf(image, event))}">
<meta name="twitter:card" content="summary_large_image">`
        : social(type.category)
    }`,
  };
  page.graph = [
    {
      "@type": "Event",
      name: event.name,
      description: event.description,
      url: absolute(path),
      ...event.schema,
      image: image?.schema,
    },
    breadcrumbList(page),
  ];
  return frame(page, content(event, type, image));
}

function content(event, type, image) {
  const place = data.places[event.place];
  const typeLink = `<a href="${root}types/${type.slug}.html">`;
  return `${masthead(
    `category-${type.category} ${image ? "with" : "without"}-picture`,
    heroBackground(event.rotation, image ? "" : type.category),
    `<div class="event-header">
  <div class="event-title">
    <p class="kicker">${typeLink}${icon(type.category)} ${typeName(type)}</a></p>
    <h1 dir="auto"${event.hasLongName ? ' class="long"' : ""}>${esc(event.name)}</h1>
    <p class="event-date" data-local data-countdown>${time(event.date)}</p>
    ${event.location ? `<p class="event-place" dir="auto">${place ? termLink({ name: event.location, path: place.path }) : esc(event.location)}</p>` : ""}
  </div>
  ${image ? figure(event, image) : ""}
</div>`,
  )}
<div class="event container">
  <div class="event-description">
    ${event.withdrawn ? `<p class="notice">Withdrawn: Launch Library 2 no longer lists this event. It was last seen there on ${day(event.withdrawn)}. What was last known about it stays here.</p>` : ""}
    <div class="prose" dir="auto">
      ${event.html ?? '<p class="empty-message">The source has no description of this event.</p>'}
    </div>
  </div>
<aside class="facts" aria-labelledby="facts">
  <h2 id="facts">Facts</h2>
  <dl>
    ${fact("Type", `${typeLink}${typeName(type)}</a>`)}
    ${fact("Date", time(event.date), ...(event.anniversary ? [`<a href="${root}${event.anniversary.path}">On ${event.anniversary.display} in other years</a>`] : []))}
    ${event.location ? fact("Place", place ? termLink(place) : esc(event.location)) : ""}
    ${event.calendar ? fact("Add to calendar", `<a href="${root}events/${event.slug}.ics" type="text/calendar">Any calendar (.ics)</a>`, `<a href="${esc(event.calendar.google)}" rel="noopener noreferrer">Google Calendar</a>`, `<a href="${esc(event.calendar.outlook)}" rel="noopener noreferrer">Outlook</a>`) : ""}
    ${event.programs ? fact("Programme", ...event.programs.map((key) => termLink(data.programs[key]))) : ""}
    ${event.streamLength ? fact("Length of webcast", event.streamLength) : ""}
    ${event.lastUpdated ? fact("Last updated", instant(event.lastUpdated)) : ""}
    ${event.firstSeen ? fact("First seen here", instant(event.firstSeen)) : ""}
    ${fact("Last seen", event.withdrawn ? day(event.withdrawn) : `<a href="${root}about.html#freshness">at the last check</a>`)}
    ${fact("Source", link(event.source, `Record ${event.id} in Launch Library 2`))}
    ${fact("Data", `<a href="${root}events/${event.slug}.json" type="application/json">This event as JSON</a>`)}
    ${fact("Permanent link", `<a href="${root}id/${event.id}.html">Event ${event.id}</a>`)}
  </dl>
</aside>
  <div class="event-details">
${event.videos ? section("webcasts", "Webcasts", webcasts(event, image)) : ""}
${event.links ? section("links", "Further reading", furtherReading(event)) : ""}
${event.updates ? section("updates", "Updates", updates(event)) : ""}
${event.hasParticipants ? section("relations", "Taking part", `<div class="participants">${participants(event)}</div>`) : ""}
${event.history ? section("history", "Recorded changes", history(event)) : ""}
  </div>
</div>
<div class="event-navigation container">
<div class="related-events">
${all(event.series, series)}
${event.related ? section("related", "Related events", `<ul>${all(event.related, (one) => eventRow(one.id, "", ` · <span dir="auto">${esc(one.reason)}</span>`))}</ul>`) : ""}
${event.others ? section("others", `${typeLink}${esc(type.name)}</a>`, `<ul>${all(event.others, (id) => eventRow(id))}</ul>`) : ""}
</div>
  <nav class="pager" aria-label="Previous and next event">
    ${pagerLink(event.previous, "before", "prev", "Before")}
    ${pagerLink(event.next, "after", "next", "After")}
  </nav>
</div>`;
}

function figure(event, image) {
  const { credit, licence } = image;
  return `<figure class="event-image">
    <img src="${root}${image.src}" srcset="${srcset(image, root)}" sizes="(min-width: 56em) 42rem, 100vw" width="${image.width}" height="${image.height}" alt="${esc(altOf(image, event))}" fetchpriority="high">
    <figcaption>${credit ? `Picture: <span dir="auto">${esc(credit)}</span>` : "No credit given"}${licence ? `. Licence: ${licence.url ? `<a href="${esc(licence.url)}" rel="license nofollow noopener noreferrer" dir="auto">${esc(licence.name)}</a>` : esc(licence.name)}` : ""}.</figcaption>
  </figure>`;
}

const webcasts = (event, image) => `<ul class="webcasts">${all(
  event.videos,
  (video) => `<li class="webcast">
${image ? `<img src="${root}${image.sizes[0].path}" width="${image.sizes[0].width}" height="${image.sizes[0].height}" alt="" loading="lazy" decoding="async">` : ""}
${icon("play")}
<p class="webcast-name">${link(video.url, video.label)}</p>
<p class="webcast-facts">${video.publisher ? `<span dir="auto">${esc(video.publisher)}</span> · ` : ""}${video.type ? `${esc(video.type)} · ` : ""}<span class="link-host">${esc(video.host)}</span></p>
</li>`,
)}</ul>`;

const furtherReading = (event) => `<ul class="links">${all(
  event.links,
  (one) => `<li><p class="link-name">${link(one.url, one.label)}${one.title ? ` <span class="link-host">${esc(one.host)}</span>` : ""}</p>
${one.text ? `<p class="link-description" dir="auto">${esc(one.text)}</p>` : ""}</li>`,
)}</ul>`;

const updates = (event) => `<ol class="updates">${all(
  event.updates,
  (one) => `<li><p class="update-date">${one.when ? instant(one.when) : "Date unknown"}${one.author ? ` · <span dir="auto">${esc(one.author)}</span>` : ""}</p>
<div class="prose" dir="auto">${one.html ?? ""}</div>
${one.url ? `<p class="update-source">Source: ${link(one.url, one.host)}</p>` : ""}</li>`,
)}</ol>`;

const history = (event) => `<ol class="updates">${all(
  event.history,
  (one) => `<li><p class="update-date">${instant(one.when)}${one.isLive ? "" : " <span>(noticed later)</span>"}</p>
<p dir="auto">${esc(one.text)}</p></li>`,
)}</ol>`;

const PARTS = {
  Astronauts: ["astronauts", (one) => `<b dir="auto">${termLink(one)}</b> <span dir="auto">${esc(one.agency)}</span>`],
  Agencies: ["agencies", (one) => `<b dir="auto">${termLink(one)}</b>${one.abbreviation ? ` (${esc(one.abbreviation)})` : ""}${one.type ? ` <span>${esc(one.type)}</span>` : ""}`],
  "Space stations": ["stations", (one) => `<b dir="auto">${termLink(one)}</b> <span>${esc(one.orbit)}${one.founded ? `, in space since ${day(one.founded)}` : ""}${one.deorbited ? `, until ${day(one.deorbited)}` : ""}</span>`],
  Expeditions: ["expeditions", (one) => `<b dir="auto">${esc(one.name)}</b> <span><span dir="auto">${esc(one.station)}</span>${one.start ? `, from ${day(one.start)}` : ""}${one.end ? ` to ${day(one.end)}` : ""}</span>`],
  Launches: ["launches", (one) => `<b dir="auto">${esc(one.name)}</b> <span>${time(one.date)}${one.status ? ` · ${esc(one.status)}` : ""}</span>`],
};

const participants = (event) =>
  all(
    Object.entries(PARTS).filter(([, [name]]) => event[name]),
    ([title, [name, make]]) => `<div>\n<h3>${title}</h3>
<ul>${all(event[name], (one) => `<li>${make(typeof one === "string" ? data[name][one] : one)}</li>`)}</ul>\n</div>`,
  );

const series = (one, index) => `<nav aria-labelledby="series-${index + 1}">
<h2 id="series-${index + 1}"><a href="${root}${one.path}" dir="auto">${esc(one.name)}</a> <span class="count">${one.count}</span></h2>
<ul>${one.before ? eventRow(one.before, "<span>Previous</span> ") : ""}${one.after ? eventRow(one.after, "<span>Next</span> ") : ""}</ul>
</nav>`;
