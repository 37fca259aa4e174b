// Feeds in three formats.
import { absolute, all, altOf, esc, events, feeds, images, site, types } from "./site.js";

const contents = new Map();
function content(id) {
  if (!contents.has(id)) contents.set(id, render(events[id]));
  return contents.get(id);
}

function render(event) {
  const image = images[event.image];
  const links = [...(event.videos ?? []), ...(event.links ?? [])];
  return `${
    image
      ? `<figure><img src="${absolute(image.src)}" width="${image.srcWidth}" height="${image.srcHeight}" alt="${esc(altOf(image, event))}">
${image.credit ? `<figcaption>Picture: ${esc(image.credit)}${image.licence?.url ? ` (<a href="${esc(image.licence.url)}">${esc(image.licence.name)}</a>)` : ""}</figcaption>\n` : ""}</figure>\n`
      : ""
  }<p><strong>${esc(types[event.type].name)}</strong>, ${esc(event.date.display)}${event.location ? `, ${esc(event.location)}` : ""}</p>
${event.html ?? ""}
${links.length ? `<ul>\n${all(links, (one) => `<li><a href="${esc(one.url)}">${esc(one.label)}</a>${one.title ? ` (${esc(one.host)})` : ""}</li>`)}\n</ul>\n` : ""}<p>Data: <a href="https://thespacedevs.com/llapi">Launch Library 2</a> by The Space Devs</p>`;
}

const media = (image) =>
  `<media:content url="${absolute(image.src)}" type="image/webp" medium="image" fileSize="${image.fileSize}" width="${image.srcWidth}" height="${image.srcHeight}">${image.credit ? `<media:credit>${esc(image.credit)}</media:credit>` : ""}${image.licence?.url ? `<media:license type="text/html" href="${esc(image.licence.url)}">${esc(image.licence.name)}</media:license>` : ""}</media:content>`;

export function rss(path) {
  const feed = feeds[path];
  return `<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:fh="http://purl.org/syndication/history/1.0" xmlns:media="http://search.yahoo.com/mrss/">
<channel>
<title>${esc(feed.title)}</title>
<link>${feed.homePage}</link>
<description>${esc(feed.description)}</description>
<language>en</language>
<generator>Spaceflight Events Archive</generator>
<docs>https://www.rssboard.org/rss-specification</docs>
<atom:link rel="self" type="application/rss+xml" href="${feed.rss}"/>
${feed.prevArchive ? `<atom:link rel="prev-archive" type="application/rss+xml" href="${feed.prevArchive}.rss"/>` : ""}
<lastBuildDate>${feed.lastBuildDate}</lastBuildDate>
${all(feed.entries, (entry) => {
  const event = events[entry.id];
  const image = images[event.image];
  return `<item>
<pubDate>${entry.pubDate}</pubDate>
<atom:updated>${entry.updated}</atom:updated>
<guid isPermaLink="false">${entry.uri}</guid>
<title>${esc(entry.title)}</title>
<link>${absolute(`events/${event.slug}.html`)}</link>
<description>${esc(esc(event.description))}</description>
<content:encoded>${esc(content(entry.id))}</content:encoded>
<category>${esc(types[event.type].name)}</category>
${image ? `<enclosure url="${absolute(image.src)}" length="${image.fileSize}" type="image/webp"/>\n${media(image)}` : ""}
</item>`;
})}
</channel>
</rss>
`;
}

export function atom(path) {
  const feed = feeds[path];
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:fh="http://purl.org/syndication/history/1.0" xmlns:media="http://search.yahoo.com/mrss/" xml:lang="en">
<id>${feed.uri}</id>
<title>${esc(feed.title)}</title>
<subtitle>${esc(feed.description)}</subtitle>
<updated>${feed.updated}</updated>
<author><name>${esc(site.title)}</name></author>
<generator>Spaceflight Events Archive</generator>
<link rel="alternate" type="text/html" href="${feed.homePage}"/>
<link rel="self" type="application/atom+xml" href="${feed.atom}"/>
${feed.prevArchive ? `<link rel="prev-archive" type="application/atom+xml" href="${feed.prevArchive}.atom"/>` : ""}
${all(feed.entries, (entry) => {
  const event = events[entry.id];
  const image = images[event.image];
  return `<entry>
<published>${entry.published}</published>
<updated>${entry.updated}</updated>
<id>${entry.uri}</id>
<title>${esc(entry.title)}</title>
<link rel="alternate" type="text/html" href="${absolute(`events/${event.slug}.html`)}"/>
<summary>${esc(event.description)}</summary>
<content type="html">${esc(content(entry.id))}</content>
<category term="${esc(types[event.type].name)}"/>
${image ? `<link rel="enclosure" type="image/webp" length="${image.fileSize}" href="${absolute(image.src)}"/>\n${media(image)}` : ""}
</entry>`;
})}
</feed>
`;
}

export function json(path) {
  const feed = feeds[path];
  return JSON.stringify({
    version: "https://jsonfeed.org/version/1.1",
    title: feed.title,
    home_page_url: feed.homePage,
    feed_url: feed.json,
    description: feed.description,
    authors: [{ name: site.title, url: site.baseUrl }],
    language: "en",
    items: feed.entries.map((entry) => {
      const event = events[entry.id];
      const image = images[event.image];
      const url = image && absolute(image.src);
      return {
        date_published: entry.published,
        date_modified: entry.updated,
        id: entry.uri,
        url: absolute(`events/${event.slug}.html`),
        title: entry.title,
        summary: event.description,
        content_html: content(entry.id),
        tags: [types[event.type].name],
        image: url,
        attachments: image && [
          {
            url,
            mime_type: "image/webp",
            title: image.credit && `Picture: ${image.credit}`,
            size_in_bytes: image.fileSize,
          },
        ],
      };
    }),
  });
}
